import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import { lockJournal } from '../record/journal-lock.js'

const SCHEMA = 'evt.redrive-journal/1'

/** What a journal is of: the ARNs of the queue, and of the target or what says which it is. */
interface JournalOf {
  readonly from: string
  readonly to: string
}

interface Line {
  /** Of the dead letter. */
  readonly id: string
  readonly status: 'sent' | 'failed'
  /** As the target calls it. */
  readonly messageId?: string
  readonly error?: string
}

/** Which messages were sent, in a file that outlives a crash: what was sent and is still in its
 * queue is deleted, not sent again. */
export class MoveJournal {
  #failure: { error: unknown } | undefined

  private constructor(
    private readonly path: string,
    private readonly file: number,
    private readonly unlock: () => void,
    private readonly sent: Set<string>,
  ) {}

  /**
   * Goes on with a journal, or begins one.
   *
   * @param isAnew whether nothing of what it may tell is at the target any more
   * @throws EvtError `usage` where it is of another queue or target, `outside` where somebody
   *   writes to it
   */
  static open(path: string, of: JournalOf, isAnew = false): MoveJournal {
    try {
      mkdirSync(dirname(path), { recursive: true })
      const unlock = lockJournal(path)
      try {
        const file = openSync(path, 'a+', 0o600)
        const sent = readSent(path, file, { of, isAnew })
        return new MoveJournal(path, file, unlock, sent)
      } catch (error) {
        unlock()
        throw error
      }
    } catch (error) {
      throw failureOf(path, error)
    }
  }

  wasSent(id: string): boolean {
    return this.sent.has(id)
  }

  /** Written when this is done, though on the disk only with `sync`, which tells of a failure. */
  add(line: Line): void {
    if (line.status === 'sent') this.sent.add(line.id)
    try {
      writeAll(this.file, `${JSON.stringify(line)}\n`)
    } catch (error) {
      this.#failure ??= { error: failureOf(this.path, error) }
    }
  }

  /** Called before what was sent is deleted.
   * @throws EvtError `outside` where not all could be written */
  sync(): void {
    if (this.#failure) throw this.#failure.error
    try {
      fsyncSync(this.file)
    } catch (error) {
      throw failureOf(this.path, error)
    }
  }

  close(): void {
    closeSync(this.file)
    this.unlock()
  }
}

function readSent(
  path: string,
  file: number,
  { of, isAnew }: { of: JournalOf; isAnew: boolean },
): Set<string> {
  const text = readFileSync(path, 'utf8')
  const whole = text.lastIndexOf('\n') + 1
  const [head, ...lines] = text.slice(0, whole).split('\n').slice(0, -1)
  const isBegun = head !== undefined
  if (isBegun ? !isOf(head, of) : !SCHEMA_HEAD.startsWith(text.slice(0, SCHEMA_HEAD.length))) {
    throw new EvtError(`${path} is no journal of this move`, {
      ...{ code: 'usage', hint: 'name another --journal' },
    })
  }
  // The beginning of a line that a crash left.
  ftruncateSync(file, isAnew ? 0 : Buffer.byteLength(text.slice(0, whole)))
  if (!isBegun || isAnew) writeAll(file, `${JSON.stringify({ schema: SCHEMA, ...of })}\n`)
  if (isAnew) return new Set()
  const sent = lines.map(lineOf).filter((line) => line?.['status'] === 'sent')
  return new Set(sent.map((line) => String(line?.['id'])))
}

const SCHEMA_HEAD = `{"schema":"${SCHEMA}"`

function isOf(head: string, { from, to }: JournalOf): boolean {
  const found = lineOf(head)
  return found?.['schema'] === SCHEMA && found['from'] === from && found['to'] === to
}

function lineOf(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
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
