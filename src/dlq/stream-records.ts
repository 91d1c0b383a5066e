import { isMissing, isTrimmed } from '../aws/failure.js'
import { openStream } from '../aws/kinesis.js'
import type { AwsOptions } from '../aws/options.js'
import type { ShardPage, ShardStart } from '../aws/shards.js'
import { openTableStream } from '../aws/table-stream.js'
import { complete } from '../envelopes/missing.js'
import { EvtError } from '../errors.js'
import type { JsonPath } from '../event/json-path.js'
import { redact } from '../event/redact.js'
import { kinesisRecord } from '../taps/kinesis-records.js'
import { patiently } from '../taps/patiently.js'
import type { ShardRecord } from '../taps/shard-source.js'
import { tableChange } from '../taps/table-changes.js'
import type { Decode } from './letter.js'
import type { StreamRecord } from './result.js'
import type { StreamRange } from './stream-range.js'

/** What IAM has to allow where records of streams are looked up. */
const streamActions = [
  ...['kinesis:GetShardIterator', 'kinesis:GetRecords'],
  ...['dynamodb:GetShardIterator', 'dynamodb:GetRecords'],
]
/** Of one read: what each kind of stream gives at most. */
const MOST_RECORDS = { kinesis: 10_000, dynamodb: 1_000 }
/** What a function is given at most: a message that tells of more is none of Lambda's. */
const MOST_IN_RANGE = 10_000
/** Reads of nothing in a row: a read may have none although some follow. */
const MOST_EMPTY = 20

interface Looking {
  readonly aws: AwsOptions
  readonly decode: Decode
  /** What of events nobody is shown. */
  readonly hidden: readonly JsonPath[]
  /** When it aborts, what was not looked up is said to be unknown. */
  readonly signal: AbortSignal
  onNote(text: string): void
}

/** What a stream still holds of what a function gave up. */
interface Held {
  readonly records: readonly StreamRecord[] | null
  readonly missing: string | null
}

/** Looks for the records of a range in its stream. */
export async function recordsOf(range: StreamRange, looking: Looking): Promise<Held> {
  const reader = await readerOf(range, looking)
  try {
    const found: ShardRecord[] = []
    for await (const record of inRange(range, reader, looking)) {
      found.push(record)
      if (found.length === MOST_IN_RANGE) break
    }
    const records: StreamRecord[] = []
    for (const { sequence, value } of found) {
      const [first] = await complete(() => looking.decode(value))
      if (first?.kind === 'event') redact(first.event, looking.hidden)
      const {
        id = null,
        type = null,
        source = null,
        key = null,
      } = first?.kind === 'event' ? first.event : {}
      records.push({ sequence, id, type, source, key })
    }
    return { records, missing: missingOf(range, records) }
  } catch (error) {
    if (looking.signal.aborted) return unanswered
    if (!(error instanceof EvtError)) throw error
    if (isTrimmed(error)) return { records: [], missing: 'the stream holds none of it any more' }
    if (isMissing(error)) return { records: null, missing: 'the stream, or the shard, is gone' }
    return { records: null, missing: error.message }
  } finally {
    reader.close()
  }
}

/** Nobody knows, then, what the stream holds. */
export const unanswered: Held = { records: null, missing: 'not looked up to the end in time' }

function missingOf({ batch, from }: StreamRange, records: readonly StreamRecord[]): string | null {
  const gone = Math.max(batch - records.length, Number(records[0]?.sequence !== from))
  if (gone === 0) return null
  if (records.length === 0) return 'the stream holds none of it any more'
  return `the stream holds ${gone} of them no more`
}

interface Reader {
  iterator(start: ShardStart): Promise<string>
  read(iterator: string): Promise<Pick<ShardPage<ShardRecord>, 'next' | 'behindMs' | 'records'>>
  close(): void
}

async function readerOf(range: StreamRange, { aws, signal }: Looking): Promise<Reader> {
  const { kind, arn, shard } = range
  const name = arn.slice(arn.indexOf('/') + 1).split('/')[0] ?? arn
  const region = arn.split(':')[3] || aws.region
  const options = { ...aws, region, signal, needs: streamActions }
  const place = `${kind}://${name}`
  if (kind === 'kinesis') {
    const stream = await openStream({ name, arn, region }, options)
    const at = { place, shard, arn, isSpread: false }
    return readerBy(stream, shard, MOST_RECORDS.kinesis, (record) => kinesisRecord(record, at))
  }
  const stream = await openTableStream(arn, { ...options, table: name })
  const at = { place, shard, arn, fromMs: 0 }
  return readerBy(stream, shard, MOST_RECORDS.dynamodb, (record) => tableChange(record, at))
}

interface Stream<R> {
  iterator(shard: string, start: ShardStart): Promise<string>
  read(iterator: string, limit: number): Promise<ShardPage<R>>
  close(): void
}

function readerBy<R>(
  stream: Stream<R>,
  shard: string,
  most: number,
  recordOf: (record: R) => ShardRecord,
): Reader {
  return {
    iterator: (start) => stream.iterator(shard, start),
    async read(iterator) {
      const page = await stream.read(iterator, most)
      return { ...page, records: page.records.map(recordOf) }
    },
    close: () => stream.close(),
  }
}

async function* inRange(
  { from, to, arn }: StreamRange,
  reader: Reader,
  looking: Looking,
): AsyncGenerator<ShardRecord> {
  const [first, last] = [BigInt(from), BigInt(to)]
  const start: ShardStart = { at: 'sequence', sequence: from }
  const asked = async <T>(call: () => Promise<T>): Promise<T> => {
    const answer = await patiently(call, arn, looking)
    if (answer !== undefined) return answer
    throw new EvtError('interrupted', { code: 'interrupted' })
  }
  let iterator: string | undefined = await asked(() => reader.iterator(start))
  for (let empty = 0; iterator !== undefined && empty < MOST_EMPTY; ) {
    const at: string = iterator
    const page = await asked(() => reader.read(at))
    for (const record of page.records) {
      const sequence = BigInt(record.sequence)
      if (sequence > last) return
      if (sequence >= first) yield record
      if (sequence === last) return
    }
    empty = page.records.length > 0 ? 0 : empty + 1
    iterator = page.behindMs === 0 ? undefined : page.next
  }
}
