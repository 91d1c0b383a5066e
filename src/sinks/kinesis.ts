import { createHash } from 'node:crypto'
import type { PutRecordsRequestEntry, PutRecordsResultEntry } from '@aws-sdk/client-kinesis'
import { resourceAddress } from '../aws/address.js'
import { openPutStream, type PutStream } from '../aws/put-records.js'
import { EvtError } from '../errors.js'
import { failedCall, failedEntry } from './answers.js'
import type { OpenSink, Sent, Sink, SinkEntry } from './sink.js'

/** Of a whole call, keys included; and what a record has, unless the stream takes larger ones. */
const BATCH_BYTES = 10 * 1_048_576
const USUAL_KIB = 1_024
/** A second. */
const RECORDS_PER_SHARD = 1_000
const MOST_KEY_CHARACTERS = 256
const iamActions = ['kinesis:DescribeStreamSummary', 'kinesis:PutRecords']

/** Streams of Kinesis. */
export const kinesis: Sink = {
  name: 'kinesis',
  writes: 'kinesis://stream, or its ARN',
  order:
    'The order of each key is kept, which is the partition key; what has no key is spread. A ' +
    'stream that spreads its records regardless of their keys keeps none.',
  repeated: 'Where an answer is lost, a record is put again, and the stream may have both.',
  cost: 'Each 25 KB of a record is a unit of payload; a stream on demand counts bytes.',
  ...{ marks: 'document', callMs: 20 },
  iamActions,
  async open(address, { aws, signal }) {
    const named = resourceAddress(address)
    if (named?.service !== 'kinesis') throw new Error(`no stream: ${address}`)
    if (named.part !== undefined) {
      throw new EvtError(`records are put on a stream, not on its shard ${named.part}`, {
        ...{ code: 'usage', hint: `write kinesis://${named.name}` },
      })
    }
    return opened(await openPutStream(named, { ...aws, signal, needs: iamActions }), named.name)
  },
}

function opened(stream: PutStream, name: string): OpenSink<PutRecordsRequestEntry> {
  const { StreamARN = '', MaxRecordSizeInKiB, RecordDistributionStrategy } = stream.summary
  const { OpenShardCount = 0, StreamModeDetails } = stream.summary
  const isFixed = StreamModeDetails?.StreamMode !== 'ON_DEMAND' && OpenShardCount > 0
  const region = StreamARN.split(':')[3] || 'an unknown region'
  return {
    arn: StreamARN,
    target: `the stream ${name} in ${region}`,
    limits: {
      ...{ entries: 500, batchBytes: BATCH_BYTES },
      entryBytes: (MaxRecordSizeInKiB ?? USUAL_KIB) * 1_024,
    },
    keepsOrder: RecordDistributionStrategy !== 'AUTO',
    price: { per: 'entry', unitBytes: 25_600, usdPerMillion: 0.014 },
    ...(isFixed && { mostPerSecond: OpenShardCount * RECORDS_PER_SHARD }),
    prepare(entry) {
      const PartitionKey = partitionKey(entry)
      const Data = Buffer.from(entry.body)
      return {
        message: { Data, PartitionKey },
        sizeBytes: Data.length + Buffer.byteLength(PartitionKey),
      }
    },
    async send(batch, signal) {
      try {
        const { Records = [] } = await stream.putRecords(batch, signal)
        return batch.map((_, n) => sentOf(Records[n] ?? {}))
      } catch (error) {
        const call = { action: 'kinesis:PutRecords', on: `the stream ${name}`, signal }
        return failedCall(error, batch.length, { ...call, region: async () => region })
      }
    },
    close: () => stream.close(),
  }
}

/** The key as it is where Kinesis takes it, else its SHA-256. */
function partitionKey({ key, sendId }: SinkEntry): string {
  const text = key ?? sendId
  const { length } = [...text]
  const isTaken = length > 0 && length <= MOST_KEY_CHARACTERS
  return isTaken ? text : createHash('sha256').update(text).digest('hex')
}

function sentOf({ SequenceNumber, ErrorCode, ErrorMessage }: PutRecordsResultEntry): Sent {
  if (SequenceNumber !== undefined) return { isSent: true, messageId: SequenceNumber }
  const isTheirs = ErrorCode === undefined || ErrorCode === 'InternalFailure'
  // One shard has enough, and the others may not.
  const isThrottled = ErrorCode === 'ProvisionedThroughputExceededException'
  const isOurs = !isTheirs && !isThrottled
  return failedEntry({ code: ErrorCode, message: ErrorMessage, isOurs })
}
