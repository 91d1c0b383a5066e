import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import { isGone, ownHolder, parseHolder } from './holder.js'

/**
 * Makes sure that one evt alone goes on with a journal. A lock of a process that is no more does
 * not count.
 *
 * @returns gives it up
 * @throws EvtError `outside` where another has it
 */
export function lockJournal(path: string): () => void {
  const file = `${path}.lock`
  const own = ownHolder()
  const aside = `${file}.${own.token}`
  writeFileSync(aside, JSON.stringify(own), { mode: 0o600 })
  try {
    if (!linked(aside, file)) {
      const holder = parseHolder(readFileSync(file, 'utf8'))
      if (holder && !isGone(holder)) throw taken(path, holder.pid, holder.host)
      rmSync(file, { force: true })
      if (!linked(aside, file)) throw taken(path, own.pid, own.host)
    }
  } finally {
    rmSync(aside, { force: true })
  }
  return () => rmSync(file, { force: true })
}

function linked(aside: string, file: string): boolean {
  try {
    linkSync(aside, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function taken(path: string, pid: number, host: string): EvtError {
  return new EvtError(`another evt writes to the journal ${path} (process ${pid} on ${host})`, {
    ...{ code: 'outside', hint: 'end it first, or name another --journal' },
  })
}
