import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isRunning } from '../archives/is-running.js'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'

const LOCK = 'build.lock'

/**
 * Keeps others from building the same index, until what is returned is called. What a process left
 * behind that is no more does not count.
 *
 * @throws EvtError `outside` where another process builds it
 */
export async function lockIndex(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, LOCK)
  if (!(await take(file))) {
    const holder = await holderOf(file)
    if (!holder || isAlive(holder)) throw isLocked(file, holder)
    await removeDead(file, holder)
    if (!(await take(file))) throw isLocked(file, await holderOf(file))
  }
  return () => rm(file, { force: true })
}

/** Whether a file is one that a process which is no more wrote to put it in place as a whole. */
export function isLeftover(name: string): boolean {
  const [, pid] = /^(?:build\.lock|evt-index\.json)\.(\d+)$/.exec(name) ?? []
  return pid !== undefined && !isAlive({ pid: Number(pid), host: hostname() })
}

/** Whether a file in the folder of an index is no part of it: a lock, or what is about to be put in
 * place. */
export function isTransient(name: string): boolean {
  return /^(build\.lock(\.\d+)?|evt-index\.json\.\d+)$/.test(name)
}

interface Holder {
  pid: number
  host: string
}

/** Of several who find a dead lock one removes it: what another has put there since is put back. */
async function removeDead(file: string, dead: Holder): Promise<void> {
  const aside = `${file}.${process.pid}`
  try {
    await rename(file, aside)
    const holder = await holderOf(aside)
    if (holder?.pid !== dead.pid || holder.host !== dead.host) await link(aside, file)
  } catch (error) {
    // It is gone, or somebody was there first.
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error
  } finally {
    await rm(aside, { force: true })
  }
}

/** Others see the whole lock or none. */
async function take(file: string): Promise<boolean> {
  const aside = `${file}.${process.pid}`
  await writeFile(aside, JSON.stringify({ pid: process.pid, host: hostname() }), { mode: 0o600 })
  try {
    await link(aside, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(aside, { force: true })
  }
}

async function holderOf(file: string): Promise<Holder | null> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (typeof value !== 'object' || value === null) return null
    const [pid, host] = [Reflect.get(value, 'pid'), Reflect.get(value, 'host')]
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : null
  } catch {
    return null
  }
}

/** Of another machine nobody knows. */
function isAlive({ pid, host }: Holder): boolean {
  return host !== hostname() || isRunning(pid)
}

function isLocked(file: string, holder: Holder | null): EvtError {
  const who = holder ? ` (process ${holder.pid} on ${holder.host})` : ''
  return new EvtError(`the index is being built by another evt${who}`, {
    code: 'outside',
    hint: `wait for it; if there is none, remove ${file}`,
  })
}
