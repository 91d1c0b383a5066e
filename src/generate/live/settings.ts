import { EvtError } from '../../errors.js'
import { checkedSettings, type GenerateSettings, type GivenSettings } from '../settings.js'

/** The layers that a service puts around what it is given, as a queue behind it shows them, or a
 * stream itself. */
const around: Readonly<Record<string, { standard: readonly string[]; fifo: readonly string[] }>> = {
  sqs: { standard: ['sqs'], fifo: ['sqs-fifo'] },
  sns: { standard: ['sqs', 'sns'], fifo: ['sqs-fifo', 'sns-fifo'] },
  eventbridge: { standard: ['sqs'], fifo: ['sqs'] },
  kinesis: { standard: ['kinesis'], fifo: ['kinesis'] },
}

/** Flags of archives: a live target has a clock, a latency and a form of its own. */
export const archiveOnly = [
  ...['latency', 'start', 'clock', 'redeliveries', 'replays', 'skew', 'silence', 'undecodable'],
  ...['format', 'compression', 'members', 'layout', 'files', 'shuffle-files'],
] as const
/** Flags of live targets. */
export const liveOnly = ['yes', 'dry-run', 'profile', 'region', 'endpoint-url'] as const

export interface LiveSettings {
  readonly settings: GenerateSettings
  /** How many layers of the chain are the service's own. */
  readonly outer: number
}

const SOON_US = 1_000
const MILLISECOND_US = 1_000

/**
 * Settings of a workload that is sent: events arrive as soon as they are produced, apart from what
 * is planted, since the latency will be the service's.
 *
 * @param service by its name in the registry of sinks
 * @throws EvtError `usage`
 */
export function liveSettings(
  given: GivenSettings,
  { service, isFifo }: { service: string; isFifo: boolean },
): LiveSettings {
  const { envelope } = given
  if (service === 'eventbridge' && envelope !== 'eventbridge') {
    refuse(`--envelope ${envelope}: a bus takes events of EventBridge`, 'leave --envelope out')
  }
  const outer = around[service]?.[isFifo ? 'fifo' : 'standard']
  if (!outer) throw new Error(`nothing is known of what is around messages of ${service}`)
  const settings = checkedSettings({
    ...given,
    envelope: [...outer, envelope].join('>'),
    latency: { medianUs: SOON_US, p99Us: SOON_US },
    clockUs: MILLISECOND_US,
  })
  if (settings.chains.some(({ batchLayer }) => batchLayer >= 0)) {
    refuse(`--envelope ${envelope} holds several events`, 'a message that is sent holds one')
  }
  return { settings, outer: outer.length }
}

/** @throws EvtError `usage` for a flag that was typed and is of no use here */
export function refuseFlags(
  typed: readonly string[],
  useless: readonly string[],
  { to, isLive }: { to: string; isLive: boolean },
): void {
  const flag = typed.find((name) => useless.includes(name))
  if (flag === undefined) return
  const of = isLive ? 'is for archives, and nothing for' : 'is for what is sent live, not for'
  refuse(`--${flag} ${of} --to ${to}`, `leave --${flag} out`)
}

function refuse(message: string, hint: string): never {
  throw new EvtError(message, { code: 'usage', hint })
}
