import { type AwsService, resourceAddress } from '../aws/address.js'
import { EvtError } from '../errors.js'
import type { Sink } from './sink.js'

interface SinkPlace {
  readonly name: AwsService
  load(): Promise<Sink>
}

/** By what an address names. Add one: a file and a line here. */
export const sinks: readonly SinkPlace[] = [
  { name: 'sqs', load: async () => (await import('./sqs.js')).sqs },
  { name: 'sns', load: async () => (await import('./sns.js')).sns },
  { name: 'eventbridge', load: async () => (await import('./eventbridge.js')).eventbridge },
  { name: 'kinesis', load: async () => (await import('./kinesis.js')).kinesis },
]

/** Whether an address is one of a service, known or not, and no file. */
export function isSinkAddress(address: string): boolean {
  return resourceAddress(address) !== undefined || /^(?:[a-z][\w+.-]*:\/\/|arn:)/i.test(address)
}

/** @throws EvtError `usage` where nothing is sent to what the address names */
export async function sinkFor(address: string): Promise<Sink> {
  const service = resourceAddress(address)?.service
  const place = sinks.find(({ name }) => name === service)
  if (place) return place.load()
  throw new EvtError(`nothing is sent to ${address}`, {
    code: 'usage',
    hint:
      'write sqs://queue, sns://topic, eventbridge://bus, kinesis://stream, ' +
      'an ARN or the URL of a queue',
  })
}
