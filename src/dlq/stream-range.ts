import type { JsonValue } from '../event/event.js'
import { objectOf, textOf } from './failure.js'

/** Records of a stream that Lambda gave up, as it tells an on-failure destination. */
export interface StreamRange {
  readonly kind: 'kinesis' | 'dynamodb'
  /** Of the stream. */
  readonly arn: string
  readonly shard: string
  /** Sequence numbers, both ends included. */
  readonly from: string
  readonly to: string
  readonly batch: number
  readonly functionArn: string | null
  readonly condition: string | null
}

/** As long as services make them at most; longer ones would take long to compare. */
const isNumber = (text: string) => /^\d{1,130}$/.test(text)

/** Undefined where a body tells of no stream. */
export function streamRangeOf(body: JsonValue | undefined): StreamRange | undefined {
  const { requestContext, KinesisBatchInfo, DDBStreamBatchInfo } = objectOf(body)
  const kind = KinesisBatchInfo === undefined ? 'dynamodb' : 'kinesis'
  const info = objectOf(KinesisBatchInfo ?? DDBStreamBatchInfo)
  const text = (name: string) => textOf(info[name]) ?? ''
  const [arn, shard] = [text('streamArn'), text('shardId')]
  const [from, to] = [text('startSequenceNumber'), text('endSequenceNumber')]
  const isWhole = arn !== '' && shard !== '' && isNumber(from) && isNumber(to)
  if (!isWhole) return undefined
  const context = objectOf(requestContext)
  const batch = Number(textOf(info['batchSize']) ?? 0)
  return {
    ...{ kind, arn, shard, from, to, batch: Number.isSafeInteger(batch) ? Math.max(0, batch) : 0 },
    functionArn: textOf(context['functionArn']),
    condition: textOf(context['condition']),
  }
}
