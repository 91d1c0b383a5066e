import { resourceAddress } from '../aws/address.js'
import { EvtError } from '../errors.js'
import type { Sink } from './sink.js'

interface SinkPlace {
  readonly name: string
  /** Whether an address is one of its kind; the first that says so has it. */
  takes(address: string): boolean
  load(): Promise<Sink>
}

const ofService = (service: string) => (address: string) =>
  resourceAddress(address)?.service === service

/** Services that put something of their own around what they are sent. */
const services: readonly SinkPlace[] = [
  { name: 'sqs', takes: ofService('sqs'), load: async () => (await import('./sqs.js')).sqs },
  { name: 'sns', takes: ofService('sns'), load: async () => (await import('./sns.js')).sns },
  {
    ...{ name: 'eventbridge', takes: ofService('eventbridge') },
    load: async () => (await import('./eventbridge.js')).eventbridge,
  },
  {
    ...{ name: 'kinesis', takes: ofService('kinesis') },
    load: async () => (await import('./kinesis.js')).kinesis,
  },
]

/** By what an address names. Add one: a file and a line here. */
export const sinks: readonly SinkPlace[] = [
  ...services,
  {
    ...{ name: 'lambda', takes: (address) => /^(lambda:\/\/.|arn:[\w-]+:lambda:)/.test(address) },
    load: async () => (await import('./lambda.js')).lambda,
  },
  {
    ...{ name: 'http', takes: (address) => /^https?:\/\//.test(address) },
    load: async () => (await import('./http.js')).http,
  },
  {
    ...{ name: 'stdout', takes: (address) => address === '-' },
    load: async () => (await import('./stdout.js')).stdout,
  },
  {
    ...{ name: 'file', takes: (address) => address !== '' && !isAddress(address) },
    load: async () => (await import('./file.js')).file,
  },
]

/** Whether an address is one of a service, known or not, and no file. */
export function isSinkAddress(address: string): boolean {
  return resourceAddress(address) !== undefined || isAddress(address)
}

function isAddress(address: string): boolean {
  return /^(?:[a-z][\w+.-]*:\/\/|arn:)/i.test(address)
}

/** @throws EvtError `usage` where nothing is sent to what the address names */
export async function sinkFor(address: string): Promise<Sink> {
  return loaded(
    sinks,
    address,
    'write sqs://queue, sns://topic, eventbridge://bus, kinesis://stream, lambda://function, ' +
      'an ARN, a URL, a file, a folder, or - for standard output',
  )
}

/** The same of services alone.
 * @throws EvtError `usage` */
export async function serviceSinkFor(address: string): Promise<Sink> {
  return loaded(
    services,
    address,
    'write sqs://queue, sns://topic, eventbridge://bus, kinesis://stream, ' +
      'an ARN or the URL of a queue',
  )
}

async function loaded(among: readonly SinkPlace[], address: string, hint: string): Promise<Sink> {
  const place = among.find(({ takes }) => takes(address))
  if (place) return place.load()
  throw new EvtError(`nothing is sent to ${address}`, { code: 'usage', hint })
}
