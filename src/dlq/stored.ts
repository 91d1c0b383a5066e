import type { ArchiveObject, Fault } from '../archives/object.js'
import { isFault, readable, stopReading } from '../archives/readable.js'
import { readRecords } from '../archives/records.js'
import { sniff } from '../archives/sniff.js'
import { resolveSources } from '../archives/source.js'
import type { AwsOptions } from '../aws/options.js'
import { complete } from '../envelopes/missing.js'
import type { JsonObject } from '../event/event.js'
import type { JsonPath } from '../event/json-path.js'
import { redact } from '../event/redact.js'
import { noObjects } from '../reading/absence.js'
import { checkRemote, type RemoteReading } from '../reading/remote-reading.js'
import { failureOf, objectOf, requestOf, textOf } from './failure.js'
import { givenRecords, recordAt } from './given-records.js'
import type { Decode, Letter } from './letter.js'
import type { NamedLetters } from './named.js'
import { streamRangeOf } from './stream-range.js'

/** So many objects are fetched while one is read. */
const FETCHED_AHEAD = 6
/** Records that are kept of what functions were given: more take more memory than they tell. */
const MOST_GIVEN = 100_000

/** What Lambda left of invocations that it gave up. */
export interface StoredLetters {
  readonly letters: readonly Letter[]
  /** Records that tell of no such. */
  readonly others: number
  /** Why not all were seen; undefined where all were. */
  readonly ended: string | undefined
  /** Why an object could not be read whole. */
  readonly faults: readonly { readonly path: string; readonly fault: Fault }[]
}

interface Reading {
  readonly cwd: string
  readonly aws: AwsOptions
  readonly decode: Decode
  /** Without what nobody is shown. */
  readonly shown: Decode
  /** Where that is. */
  readonly paths: readonly JsonPath[]
  /** Look at so many at most. */
  readonly limit: number
  readonly signal: AbortSignal
  onLarge(reading: RemoteReading): void
}

/**
 * Reads what Lambda writes to a bucket as an on-failure destination, an object an invocation:
 * `aws/lambda/<id of the event source mapping>/<shard>/YYYY/MM/DD/…` of streams, and
 * `aws/lambda/async/<function>/YYYY/MM/DD/…`; or files of them.
 *
 * @throws EvtError where there is nothing to read
 */
export async function storedLetters(
  { source, config }: Pick<NamedLetters, 'source' | 'config'>,
  reading: Reading,
): Promise<StoredLetters> {
  const { cwd, aws, signal } = reading
  const aliases = config.archives ?? {}
  const { objects, pruned } = await resolveSources([source], { aliases, cwd, aws })
  if (objects.length === 0) throw noObjects([source], pruned)
  checkRemote(objects, reading)
  const stop = () => objects.forEach(stopReading)
  signal.addEventListener('abort', stop)
  const run = new StoredRun(reading)
  try {
    for (const [n, object] of objects.entries()) {
      for (const next of objects.slice(n + 1, n + 1 + FETCHED_AHEAD)) {
        if (next.kind === 'remote') next.copy.prefetch()
      }
      if (!run.isOver) await run.read(object)
    }
    return run.result()
  } finally {
    stop()
    signal.removeEventListener('abort', stop)
  }
}

class StoredRun {
  readonly #letters: Letter[] = []
  readonly #faults: { path: string; fault: Fault }[] = []
  #others = 0
  #given = 0
  #isCut = false

  constructor(private readonly reading: Reading) {}

  get isOver(): boolean {
    return this.reading.signal.aborted || this.#isCut
  }

  async read(listed: ArchiveObject): Promise<void> {
    const { path } = listed
    const held = await readable(listed)
    if (this.reading.signal.aborted) {
      if (!isFault(held)) held.release()
      return
    }
    if (isFault(held)) {
      this.#faults.push({ path, fault: held })
      return
    }
    const writtenMs = listed.kind === 'stream' ? null : listed.mtimeMs
    try {
      await this.#records(held.object, writtenMs)
    } finally {
      held.release()
    }
  }

  async #records(object: Parameters<typeof sniff>[0], writtenMs: number | null): Promise<void> {
    const { path } = object
    const sniffed = await sniff(object)
    if (sniffed.format === 'parquet') {
      this.#others += 1
      return
    }
    const report = (fault: Fault) => this.#faults.push({ path, fault })
    for await (const batch of readRecords(object, sniffed, { report })) {
      for (const raw of batch) {
        if (this.isOver) return
        const isOne = 'value' in raw && isGivenUp(raw.value)
        if (!isOne) this.#others += 1
        else if (this.#letters.length === this.reading.limit) this.#isCut = true
        else await this.#add(raw.value, { path, record: raw.record }, writtenMs)
      }
    }
  }

  async #add(
    value: JsonObject,
    position: { path: string; record: number },
    writtenMs: number | null,
  ): Promise<void> {
    const { shown } = this.reading
    const isFull = this.#given >= MOST_GIVEN
    const given = isFull ? undefined : await givenRecords(value, position, shown)
    this.#given += given?.length ?? 0
    const how = { ...this.reading, writtenMs }
    this.#letters.push({ ...(await letterIn(value, position, how)), given })
  }

  result(): StoredLetters {
    const { signal, limit } = this.reading
    const cut = this.#isCut ? `${limit} were seen` : undefined
    const ended = signal.aborted ? 'interrupted' : cut
    return { letters: this.#letters, others: this.#others, ended, faults: this.#faults }
  }
}

/** Whether a record tells of an invocation that Lambda gave up. */
function isGivenUp({ requestContext }: JsonObject): boolean {
  const condition = textOf(objectOf(requestContext)['condition'])
  return condition !== null && condition !== 'Success'
}

async function letterIn(
  value: JsonObject,
  position: { path: string; record: number },
  { decode, paths, writtenMs }: Pick<Reading, 'decode' | 'paths'> & { writtenMs: number | null },
): Promise<Letter> {
  const request = requestOf(value)
  const [first] =
    request === undefined ? [] : await complete(() => decode(recordAt(request, position)))
  const event = first?.kind === 'event' ? first.event : undefined
  const saidMs = Date.parse(textOf(value['timestamp']) ?? '')
  const { path, record } = position
  const letter = {
    messageId: record === 1 ? path : `${path}#${record}`,
    ...{ type: event?.type ?? null, source: event?.source ?? null, id: event?.id ?? null },
    ...{ key: event?.key ?? null, sequence: event?.sequence ?? null },
    timeUs: event?.timeUs ?? null,
    ...{ failure: failureOf({}, value), from: null },
    receives: invocationsOf(value),
    sentMs: Number.isNaN(saidMs) ? writtenMs : saidMs,
    ...{ group: null, place: null, range: streamRangeOf(value) },
  }
  return event && paths.length > 0 ? { ...letter, hidden: redact(event, paths) } : letter
}

/** How often the function was called, about. */
function invocationsOf({ requestContext }: JsonObject): number {
  const count = Number(textOf(objectOf(requestContext)['approximateInvokeCount']) ?? 1)
  return Number.isSafeInteger(count) && count >= 0 ? count : 1
}
