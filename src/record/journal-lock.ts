import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import { type Holder, isGone, ownHolder, parseHolder } from './holder.js'

/**
 * Makes sure that one evt alone goes on with a journal. A lock of a process that is no more does
 * not count.
 *
 * @returns gives it up
 * @throws EvtError `outside` where another has it
 */
export function lockJournal(path: string): () => void {
  const lock = `${path}.lock`
  const taken = ({ pid, host }: Holder) =>
    new EvtError(`another evt writes to the journal ${path} (process ${pid} on ${host})`, {
      ...{ code: 'outside', hint: 'end it first, or name another --journal' },
    })
  take(lock, { lock, taken })
  return () => rmSync(lock, { force: true })
}

interface Taking {
  readonly lock: string
  taken(by: Holder): EvtError
}

/**
 * Of several who find the same lock of nobody, one alone may take its place: who has the claim to
 * exactly that one, which is a lock like others.
 */
function take(file: string, taking: Taking): void {
  for (;;) {
    if (placed(file, linkSync)) return
    const found = textAt(file)
    if (found === undefined) continue
    const holder = parseHolder(found)
    if (holder && !isGone(holder)) throw taking.taken(holder)
    const claim = `${taking.lock}.${holder?.token ?? 'damaged'}.claim`
    take(claim, taking)
    try {
      // Somebody may have had the claim before, and be done.
      if (textAt(file) !== found) continue
      placed(file, renameSync)
      return
    } finally {
      rmSync(claim, { force: true })
    }
  }
}

/** @param put which puts a whole file in place at once
 * @returns false where there is one already that is not to be replaced */
function placed(file: string, put: (aside: string, file: string) => void): boolean {
  const own = ownHolder()
  const aside = `${file}.${own.token}`
  writeFileSync(aside, JSON.stringify(own), { mode: 0o600 })
  try {
    put(aside, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function textAt(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
