import { mkdtempSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EvtError } from '../errors.js'
import { codeOf } from './read-error.js'

const folders = new Set<string>()
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * A folder of our own that is gone when the process is: at its exit, and where a signal ends it
 * that nobody else listens to. After SIGKILL it stays, with the number of the process in its name:
 * see {@link tempFolderOf}.
 *
 * @throws EvtError `outside` where it cannot be made
 */
export async function makeTempFolder(prefix: string, parent = tmpdir()): Promise<string> {
  if (folders.size === 0) watchTheEnd()
  try {
    // At once, so that no signal finds a folder that is not known yet.
    const folder = mkdtempSync(join(parent, `${prefix}${process.pid}-`))
    folders.add(folder)
    return folder
  } catch (error) {
    throw diskError(error, 'make a temporary folder', parent)
  }
}

/** The process that a folder for temporary files is of, by its name; undefined for another's. */
export function tempFolderOf(name: string): number | undefined {
  const [, pid] = /^evt-[a-z0-9]+-(\d+)-[A-Za-z0-9]{6}$/.exec(name) ?? []
  return pid === undefined ? undefined : Number(pid)
}

export async function removeTempFolder(folder: string): Promise<void> {
  // Known until it is gone: a signal may end the process meanwhile.
  await rm(folder, { recursive: true, force: true })
  folders.delete(folder)
  if (folders.size === 0) unwatchTheEnd()
}

/** What a failed write to a temporary folder means to the user. `what` was to be done there. */
export function diskError(error: unknown, what: string, folder: string): EvtError {
  const code = codeOf(error)
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  const reason =
    error instanceof Error ? error.message.replace(/^\w+: |, \w+( '.*')?$/g, '') : String(error)
  return new EvtError(
    isFull ? `no space left on ${folder} to ${what}` : `cannot ${what} in ${folder}: ${reason}`,
    {
      code: 'outside',
      hint: `set TMPDIR to a folder with ${isFull ? 'more room' : 'room that can be written to'}`,
      cause: error,
    },
  )
}

function watchTheEnd(): void {
  process.on('exit', removeAll)
  for (const signal of signals) process.on(signal, endBySignal)
}

function unwatchTheEnd(): void {
  process.off('exit', removeAll)
  for (const signal of signals) process.off(signal, endBySignal)
}

function removeAll(): void {
  // A thread may still be making a file in it.
  const options = { recursive: true, force: true, maxRetries: 3, retryDelay: 10 }
  for (const folder of folders) rmSync(folder, options)
  folders.clear()
}

/** To listen keeps a signal from ending the process, so this does it, unless others listen too. */
function endBySignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  removeAll()
  unwatchTheEnd()
  process.kill(process.pid, signal)
}
