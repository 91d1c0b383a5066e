import type { AwsService } from '../aws/address.js'
import type { LagKind } from './kind.js'

/** What evt lag can ask, by service. Add one: a file and a line here. */
export const kinds: Readonly<Partial<Record<AwsService, () => Promise<LagKind>>>> = {
  sqs: async () => (await import('./queue.js')).queue,
  sns: async () => (await import('./topic.js')).topic,
  eventbridge: async () => (await import('./bus.js')).bus,
  dynamodb: async () => (await import('./table.js')).table,
  kinesis: async () => (await import('./stream.js')).stream,
}
