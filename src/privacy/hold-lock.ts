import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import * as z from 'zod'
import { isRunning } from '../archives/is-running.js'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import { diskFailure } from './disk-failure.js'

const holder = z.object({ pid: z.int(), host: z.string() })

/** Longer than it takes to write down who holds a lock. */
const WRITING_MS = 10_000

/**
 * Holds a file of this process alone, until it is freed. What a process left behind that is no more
 * does not count.
 *
 * @param does what is done meanwhile
 * @param path what is told of where it cannot be written
 * @throws EvtError `outside` where another evt holds it
 */
export async function holdLock(
  file: string,
  { does, path = file, hint }: { does: string; path?: string; hint?: string },
): Promise<void> {
  try {
    if (await isOurs(file)) return
  } catch (error) {
    throw diskFailure(error, path, hint)
  }
  throw new EvtError(`another evt ${does}: ${file}`, { code: 'outside', hint })
}

export async function freeLock(file: string): Promise<void> {
  await rm(file, { force: true })
}

/** Removes what a process left behind that is no more. */
export async function dropLeftLock(file: string): Promise<void> {
  const isLeft = (await ageOf(file)) !== undefined && !(await isHeld(file))
  if (isLeft) await freeLock(file).catch(() => undefined)
}

async function isOurs(file: string): Promise<boolean> {
  if (await isMade(file)) return true
  // Where it is gone already, whoever held it has just ended.
  const isGone = (await ageOf(file)) === undefined
  return isGone ? isMade(file) : !(await isHeld(file)) && (await isTaken(file))
}

/** Makes the file, with who holds it. */
async function isMade(file: string): Promise<boolean> {
  const handle = await open(file, 'wx', 0o600).catch((error) => {
    if (codeOf(error) === 'EEXIST') return undefined
    throw error
  })
  if (!handle) return false
  const text = JSON.stringify({ pid: process.pid, host: hostname() })
  try {
    await handle.writeFile(text).finally(() => handle.close())
    return true
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
}

/** Takes a lock over that nobody holds. Whoever else does it at the same time finds the file in
 * which this is written, or who holds it now. */
async function isTaken(file: string): Promise<boolean> {
  const aside = `${file}.taking`
  const age = await ageOf(aside)
  if (age !== undefined && age > WRITING_MS) await rm(aside, { force: true })
  if (!(await isMade(aside))) return false
  try {
    const isFree = !(await isHeld(file))
    await (isFree ? rename(aside, file) : rm(aside, { force: true }))
    return isFree
  } catch (error) {
    await rm(aside, { force: true })
    throw error
  }
}

/** Of one that is gone nobody knows who has it next. One that says nothing yet was made just now,
 * by an evt that is about to write in it. */
async function isHeld(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return true
  const other = holderIn(text)
  return other ? isAlive(other) : ((await ageOf(file)) ?? 0) < WRITING_MS
}

/** In milliseconds; undefined where there is none. */
async function ageOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined)
  return found && Math.abs(Date.now() - found.mtimeMs)
}

function holderIn(text: string): z.infer<typeof holder> | undefined {
  try {
    return holder.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

function isAlive({ pid, host }: z.infer<typeof holder>): boolean {
  return host !== hostname() || isRunning(pid)
}
