import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { EvtError } from '../../errors.js'

/** What the producer knows of one sending, or of an event that it lost on purpose: a line of
 * `ledger.ndjson`. Of a key of an ordered target they stand in order of sending. */
interface LedgerLine {
  /** In order of production, from 1; null of what is lost. */
  readonly n: number | null
  readonly id: string
  readonly source: string
  readonly type: string
  readonly key: string
  readonly sequence: number
  /** As the event has it. */
  readonly time: string
  readonly fault: string | null
  readonly status: 'sent' | 'failed' | 'lost'
  /** Of what was sent. When the call began and was answered that took it. */
  readonly messageId?: string
  readonly calledAt?: string
  readonly answeredAt?: string
  /** Calls that it was in. */
  readonly attempts?: number
  readonly error?: string
}

/** The folder that a run leaves: `ledger.ndjson`, `truth.json` and `evt.yaml`. */
export interface Ledger {
  readonly folder: string
  /** Kept in memory for half a second at most. */
  add(line: LedgerLine): void
  /** @throws EvtError `outside` where something could not be written */
  check(): void
  /** Writes a file beside the lines. */
  write(name: string, text: string): void
  /** @throws EvtError as `check` */
  close(): void
}

const LINES = 'ledger.ndjson'
const files = [LINES, 'truth.json', 'evt.yaml']
const CHUNK_CHARACTERS = 64 * 1024
const FLUSH_MS = 500

/**
 * Makes the folder for a ledger.
 *
 * @throws EvtError `usage` where it holds something else, or a ledger that is not to be replaced
 */
export function openLedger(folder: string, { force }: { force: boolean }): Ledger {
  checkLedger(folder, { force })
  const onFailure = (cause: unknown) => {
    throw failure(folder, cause, 'usage')
  }
  const lines = attempt(() => {
    mkdirSync(folder, { recursive: true })
    for (const name of files) rmSync(join(folder, name), { force: true })
    return openSync(join(folder, LINES), 'w')
  }, onFailure)
  return ledgerInto(folder, lines)
}

/** @throws EvtError `usage` */
export function checkLedger(folder: string, { force }: { force: boolean }): void {
  const names = attempt(
    () => readdirSync(folder),
    (cause) => {
      const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
      if (code === 'ENOENT') return []
      throw failure(folder, cause, 'usage')
    },
  )
  const others = names.filter((name) => !files.includes(name))
  if (others.length > 0) {
    throw new EvtError(`--ledger ${folder} holds files that are of no ledger`, {
      ...{ code: 'usage', hint: 'name a new or an empty folder' },
    })
  }
  if (names.length === 0 || force) return
  throw new EvtError(`--ledger ${folder} holds a ledger already`, {
    ...{ code: 'usage', hint: 'name a new folder, or replace this one with --force' },
  })
}

function ledgerInto(folder: string, lines: number): Ledger {
  let held = ''
  let failed: EvtError | undefined
  const flush = () => {
    if (failed) return
    const onFailure = (cause: unknown) => {
      failed = failure(folder, cause, 'outside')
    }
    attempt(() => writeAll(lines, held), onFailure)
    held = ''
  }
  const check = () => {
    if (failed) throw failed
  }
  const timer = setInterval(flush, FLUSH_MS)
  timer.unref()
  return {
    folder,
    check,
    add(line) {
      held += `${JSON.stringify(line)}\n`
      if (held.length > CHUNK_CHARACTERS) flush()
    },
    write(name, text) {
      const onFailure = (cause: unknown) => {
        throw failure(folder, cause, 'outside')
      }
      attempt(() => {
        const file = openSync(join(folder, name), 'w')
        writeAll(file, text)
        closeSync(file)
      }, onFailure)
    },
    close() {
      clearInterval(timer)
      flush()
      closeSync(lines)
      check()
    },
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

function attempt<T>(act: () => T, onFailure: (cause: unknown) => T): T {
  try {
    return act()
  } catch (cause) {
    return onFailure(cause)
  }
}

function failure(folder: string, cause: unknown, code: 'usage' | 'outside'): EvtError {
  const told = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : ''
  const hint = 'name a folder that you may write to'
  return new EvtError(`cannot write to ${folder}${told}`, { code, hint, cause })
}
