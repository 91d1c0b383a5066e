import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
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
    await rm(file, { force: true })
    if (!(await take(file))) throw isLocked(file, await holderOf(file))
  }
  return () => rm(file, { force: true })
}

interface Holder {
  pid: number
  host: string
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
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

function isLocked(file: string, holder: Holder | null): EvtError {
  const who = holder ? ` (process ${holder.pid} on ${holder.host})` : ''
  return new EvtError(`the index is being built by another evt${who}`, {
    code: 'outside',
    hint: `wait for it; if there is none, remove ${file}`,
  })
}
