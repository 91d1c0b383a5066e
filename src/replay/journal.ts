import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import { lockJournal } from '../record/journal-lock.js'
import type { Outcome } from '../sinks/sender.js'

const SCHEMA = 'evt.journal/1'
const SYNC_EACH_MS = 1_000
const READ_BYTES = 1_048_576

/** What a journal is of. */
interface JournalOf {
  /** The plan: of exactly these messages to this target. */
  readonly plan: string
  readonly to: string
  /** Which target that was: the same words name another in another folder, region or account. */
  readonly at: string
  readonly events: number
}

/** What is told of an entry. */
interface Told {
  readonly n: number
  readonly sendId: string
  readonly isInjected: boolean
}

/**
 * What became of each event, a line each, in a file that outlives a crash. A number that has no
 * line was not sent, as far as anybody knows.
 */
export class Journal {
  /** Events that were sent by runs before. */
  readonly sentBefore: number
  readonly #sent: Uint8Array
  #held = ''
  #due: Promise<void> | undefined
  #syncedMs = 0
  #failure: EvtError | undefined
  /** Puts on the disk what lines tell of, before they are put there. */
  syncTarget: (() => void) | undefined

  private constructor(
    readonly path: string,
    private readonly file: number,
    private readonly unlock: () => void,
    sent: Uint8Array,
  ) {
    this.#sent = sent
    this.sentBefore = sent.reduce((sum, one) => sum + one, 0)
  }

  /**
   * Goes on with the journal of a plan, or begins one.
   *
   * @param isAnew whether nothing of what it may tell is there any more
   * @throws EvtError `usage` where it is of another plan, `outside` where somebody writes to it
   */
  static open(path: string, of: JournalOf, isAnew: boolean): Journal {
    try {
      mkdirSync(dirname(path), { recursive: true })
      const unlock = lockJournal(path)
      try {
        const file = openSync(path, 'a+', 0o600)
        const sent = readLines(file, path, of)
        if (isAnew) {
          ftruncateSync(file, 0)
          sent.fill(0)
        }
        if (fstatSync(file).size === 0) begin(file, of)
        return new Journal(path, file, unlock, sent)
      } catch (error) {
        unlock()
        throw error
      }
    } catch (error) {
      throw failureOf(path, error)
    }
  }

  wasSent(n: number): boolean {
    return this.#sent[n - 1] === 1
  }

  add({ n, sendId, isInjected }: Told, outcome: Outcome): void {
    if (outcome.status === 'not sent') return
    const { status, attempts } = outcome
    const became =
      outcome.status === 'sent'
        ? `"messageId":${JSON.stringify(outcome.messageId)}`
        : `"error":${JSON.stringify(outcome.error)}`
    const injected = isInjected ? ',"injected":true' : ''
    const told = `"sendId":${JSON.stringify(sendId)},"status":"${status}",${became}`
    this.#held += `{"n":${n},${told},"attempts":${attempts}${injected}}\n`
    this.#due ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#due = undefined
        this.#write()
        resolve()
      })
    })
  }

  /**
   * Resolves when what was added is written: to be waited for before more is sent, so that a run
   * that is killed has sent at most what was under way without the journal knowing. What is
   * answered at one time is written at once. On the disk it is a second later. Undefined: there
   * is nothing to wait for.
   *
   * @throws EvtError `outside` where that fails
   */
  written(): Promise<void> | undefined {
    if (this.#due) return this.#due.then(() => this.#check())
    this.#check()
    return undefined
  }

  /** @throws EvtError as `written` */
  close(): void {
    try {
      this.#write()
      this.#check()
      this.syncTarget?.()
      fsyncSync(this.file)
    } finally {
      closeSync(this.file)
      this.unlock()
    }
  }

  #check(): void {
    if (this.#failure) throw this.#failure
  }

  #write(): void {
    if (this.#held === '' || this.#failure) return
    try {
      writeAll(this.file, this.#held)
      this.#held = ''
      const nowMs = performance.now()
      if (nowMs - this.#syncedMs < SYNC_EACH_MS) return
      this.#syncedMs = nowMs
      this.syncTarget?.()
      fsyncSync(this.file)
    } catch (error) {
      this.#failure = failureOf(this.path, error) as EvtError // a write fails with a code
    }
  }
}

function begin(file: number, of: JournalOf): void {
  writeAll(file, `${JSON.stringify({ schema: SCHEMA, ...of })}\n`)
}

/** @returns by event whether it was sent; the beginning of a line that a crash left is cut off */
function readLines(file: number, path: string, of: JournalOf): Uint8Array {
  const sent = new Uint8Array(of.events)
  let [read, whole, rest] = [0, 0, Buffer.alloc(0)]
  let isFirst = true
  const chunk = Buffer.alloc(READ_BYTES)
  for (let got = 1; got > 0; read += got) {
    got = readSync(file, chunk, 0, chunk.length, read)
    const bytes = Buffer.concat([rest, chunk.subarray(0, got)])
    const end = bytes.lastIndexOf('\n') + 1
    for (const line of bytes.subarray(0, end).toString().split('\n').slice(0, -1)) {
      if (isFirst) checkHead(line, path, of)
      else note(sent, line, path)
      isFirst = false
    }
    whole += end
    rest = Buffer.from(bytes.subarray(end))
  }
  if (whole === 0 && rest.length > 0 && !`{"schema":"${SCHEMA}"`.startsWith(headOf(rest))) {
    throw notOurs(path)
  }
  ftruncateSync(file, whole)
  return sent
}

function headOf(bytes: Buffer): string {
  return bytes.toString().slice(0, SCHEMA.length)
}

function checkHead(line: string, path: string, { plan, at }: JournalOf): void {
  const head = parsed(line)
  if (head?.['schema'] !== SCHEMA) throw notOurs(path)
  if (head['plan'] === plan && head['at'] === at) return
  throw new EvtError(`${path} is the journal of another plan`, {
    code: 'usage',
    hint:
      'the archive, the selection or the target is not what it was: name another --journal to ' +
      'send all of it',
  })
}

function note(sent: Uint8Array, line: string, path: string): void {
  const { n, status } = parsed(line) ?? {}
  if (typeof n !== 'number' || !(n >= 1 && n <= sent.length)) throw notOurs(path)
  if (status === 'sent') sent[n - 1] = 1
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function notOurs(path: string): EvtError {
  return new EvtError(`${path} is no journal of evt replay, or is damaged`, {
    code: 'usage',
    hint: 'name another --journal',
  })
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

function failureOf(path: string, error: unknown): unknown {
  const code = codeOf(error)
  if (error instanceof EvtError || code === undefined) return error
  return new EvtError(`cannot write the journal ${path} (${code})`, {
    ...{ code: 'outside', hint: '--journal FILE names another place', cause: error },
  })
}
