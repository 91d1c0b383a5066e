import { stat } from 'node:fs/promises'
import type {
  Fault,
  FileObject,
  RawRecord,
  ReadableObject,
  ReadRecord,
  Sniffed,
} from '../archives/object.js'
import { PeekedStream } from '../archives/peeked-stream.js'
import { readError } from '../archives/read-error.js'
import { sniff } from '../archives/sniff.js'
import type { RecordValue } from '../envelopes/decode.js'
import { EvtError } from '../errors.js'
import type { Decoded, JsonValue, Position } from '../event/event.js'
import { type Given, GivenCount } from './given-count.js'
import type { TapOptions } from './tap.js'

/** What has come is handed on soon, and decoded in pieces that memory does not notice. */
const CHUNK_BYTES = 128 * 1024

/** The number of a record that is not known, because the reading began behind the first. */
export const UNNUMBERED = 0

/** Decodes the records of one object in their order, and numbers them. */
export class ObjectDecoder {
  #next: number
  /** How many were found in each record of the last batch. */
  sizes: number[] = []

  constructor(
    private readonly path: string,
    private readonly options: Pick<TapOptions, 'decode' | 'onUnread'>,
    firstRecord = 1,
  ) {
    this.#next = firstRecord
  }

  /** The number of the record that comes next. */
  get next(): number {
    return this.#next
  }

  async decoded(batch: readonly RawRecord[]): Promise<Decoded[]> {
    const all: Decoded[] = []
    this.sizes = []
    for (const raw of batch) {
      const one = this.#one(raw)
      const found = Array.isArray(one) ? one : await one
      this.sizes.push(found.length)
      if (this.#next !== UNNUMBERED) this.#next += found.length
      else for (const each of found) positionOf(each).record = UNNUMBERED
      for (const each of found) all.push(each)
    }
    return all
  }

  /** A promise only where something is fetched: to wait for each record takes longer than it. */
  #one(raw: RawRecord): Decoded[] | Promise<Decoded[]> {
    const position = { path: this.path, record: this.#next }
    if ('bad' in raw) {
      const found: Decoded = { kind: 'undecodable', undecodable: { ...raw.bad, position } }
      if (raw.bytes) this.options.onUnread?.(found, raw.bytes)
      return [found]
    }
    return this.options.decode(new TappedRecord(raw, position))
  }
}

/** A record at its place. Its head is taken where it is asked for, which is seldom. */
class TappedRecord implements RecordValue {
  readonly value: JsonValue
  readonly sizeBytes: number

  constructor(
    private readonly raw: ReadRecord,
    readonly position: Position,
  ) {
    this.value = raw.value
    this.sizeBytes = raw.sizeBytes
  }

  get head(): Uint8Array {
    return this.raw.head
  }

  get text(): Uint8Array | undefined {
    return this.raw.text
  }
}

function positionOf(decoded: Decoded) {
  return decoded.kind === 'event' ? decoded.event.position : decoded.undecodable.position
}

/** How to read something of which these are the first bytes that came. */
export function sniffBytes(head: Buffer, path: string): Promise<Sniffed> {
  return sniff({ kind: 'stream', path, stream: new PeekedStream(once(head), path) })
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes
}

type KeepGiven = (batch: readonly Decoded[], at: (taken: number) => Given) => void

/** A file as it is now. */
export async function fileObject({ file, path }: { file: string; path: string }) {
  try {
    const { size, mtimeMs } = await stat(file)
    return { kind: 'file', path, file, sizeBytes: size, mtimeMs } satisfies FileObject
  } catch (error) {
    throw readError(path, error)
  }
}

/** All records of an object, from its beginning to its end.
 * @param before what was given of them already, and is left out */
export async function* objectRecords(
  object: ReadableObject,
  sniffed: Sniffed,
  options: TapOptions,
  { before, keep }: { before?: Given | undefined; keep?: KeepGiven | undefined } = {},
): AsyncGenerator<Decoded[]> {
  const { path } = object
  const refused = refusal(path, sniffed)
  if (refused) throw refused
  if (sniffed.format === 'empty') return
  const { readRecords } = await import('../archives/records.js')
  const decoder = new ObjectDecoder(path, options)
  const given = new GivenCount(before)
  const { signal, maxRecordBytes } = options
  const keepsBad = options.onUnread !== undefined
  // What was cut by whoever ends the reading is no fault.
  const isEnded = () => signal.aborted && object.kind === 'stream'
  const report = (fault: Fault) => {
    if (!isEnded() || fault.reason !== 'cut') options.onFault(path, fault)
  }
  const reading = { report, chunkBytes: CHUNK_BYTES, maxRecordBytes, keepsBad }
  for await (const batch of readRecords(object, sniffed, reading)) {
    if (signal.aborted && object.kind === 'file') return
    const records = isEnded() ? withoutCut(batch) : batch
    const { fresh, at } = given.take(await decoder.decoded(records), decoder.sizes)
    if (fresh.length === 0) continue
    keep?.(fresh, at)
    yield fresh
  }
}

function withoutCut(batch: RawRecord[]): RawRecord[] {
  const last = batch.at(-1)
  return last && 'bad' in last && last.bad.reason === 'cut' ? batch.slice(0, -1) : batch
}

/** Why something that can be measured cannot be shown event by event. */
export function refusal(path: string, { format }: Pick<Sniffed, 'format'>): EvtError | undefined {
  if (format === 'parquet') {
    return new EvtError(
      `cannot tail ${path}: it is Parquet, which does not come record by record`,
      {
        code: 'usage',
        hint: /^[\w./=-]+$/.test(path)
          ? `evt query --sql "select * from events limit 10" ${path}`
          : undefined,
      },
    )
  }
  if (format !== 'hlog' && format !== 'hgrm') return undefined
  const hint = 'evt stats shows and merges histograms'
  return new EvtError(`cannot tail ${path}: it holds histograms and no events`, {
    code: 'usage',
    hint,
  })
}
