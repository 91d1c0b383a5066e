import type { QueueAttributes } from '../aws/queue.js'
import { EvtError } from '../errors.js'
import { HOLD_MS } from './held-messages.js'
import type { Consent } from './tap.js'

/** With fewer receives until the dead-letter queue, one more matters to a consumer. */
const FEW_RECEIVES = 3

/** What a receive does to a queue, as far as its attributes say. */
export interface QueueNature {
  readonly isFifo: boolean
  /** After so many receives a message goes to the dead-letter queue; null where there is none. */
  readonly maxReceives: number | null
}

export function natureOf({ FifoQueue, RedrivePolicy }: QueueAttributes): QueueNature {
  return { isFifo: FifoQueue === 'true', maxReceives: maxReceivesOf(RedrivePolicy) }
}

function maxReceivesOf(policy: string | undefined): number | null {
  try {
    const most = Number(JSON.parse(policy ?? '{}').maxReceiveCount)
    return Number.isSafeInteger(most) ? most : null
  } catch {
    return null
  }
}

/** That a queue is not tapped without more consent. */
export class Refusal extends EvtError {
  constructor(
    message: string,
    /** The queue, as it was named. */
    readonly address: string,
    /** To what has to be agreed. */
    readonly needed: readonly Consent[],
    /** The first line is one of evt tail that gives it. */
    hint: string,
  ) {
    super(message, { code: 'usage', hint })
  }
}

/** What is known where it is decided. */
interface Asked {
  readonly attributes: QueueAttributes
  readonly consents: ReadonlySet<Consent>
  /** After so long SQS shows what was received, and neither deleted nor given back. */
  readonly hiddenSeconds: number
}

/** Why a queue is not tapped without more consent: what that would do, and the line that gives it;
 * undefined where there is consent to all of it. */
export function refusal(
  address: string,
  { isFifo, maxReceives }: QueueNature,
  { attributes, consents, hiddenSeconds }: Asked,
): Refusal | undefined {
  const needed = neededConsents({ isFifo, maxReceives })
  if (needed.every((consent) => consents.has(consent))) return undefined
  const consumes = consents.has('consume')
  const all = consumes ? [...needed, 'consume' as const] : needed
  const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: hidden } =
    attributes
  const hints = [
    ['evt tail', address, ...consentFlags(all)].join(' '),
    `evt lag ${address}`,
    `without a receive: about ${waiting ?? '?'} messages wait, ${hidden ?? '?'} are in flight`,
  ]
  return new Refusal(
    effects(address, { isFifo, maxReceives }, consumes ? hiddenSeconds : undefined),
    address,
    all,
    hints.join('\n'),
  )
}

/** What has to be agreed to before a message of the queue is received. */
export function neededConsents({ isFifo, maxReceives }: QueueNature): Consent[] {
  return [
    'intrusive',
    ...(isFifo ? ['fifo' as const] : []),
    ...(isNearDeath(maxReceives) ? ['dead-letter' as const] : []),
  ]
}

/** How consent is typed. */
export function consentFlags(consents: readonly Consent[]): string[] {
  const ways = consents.filter((one) => one === 'fifo' || one === 'dead-letter').join(',')
  const consume = consents.includes('consume') ? ['--consume'] : []
  return [`--intrusive${ways === '' ? '' : `=${ways}`}`, ...consume]
}

function isNearDeath(maxReceives: number | null): boolean {
  return maxReceives !== null && maxReceives < FEW_RECEIVES
}

/** @param backAfterSeconds of what is to be deleted and was not, as where evt is killed */
function effects(
  address: string,
  { isFifo, maxReceives }: QueueNature,
  backAfterSeconds: number | undefined,
): string {
  const group = isFifo ? ', and its group with it' : ''
  const most = maxReceives === 1 ? 'one' : maxReceives
  const dead = isNearDeath(maxReceives) ? `; after ${most} it goes to the dead-letter queue` : ''
  if (backAfterSeconds === undefined) {
    return (
      `to tap ${address}, evt receives its messages: each is hidden from consumers for up to ` +
      `${HOLD_MS / 1000} s${group}, and counts one receive more${dead}`
    )
  }
  return (
    `to take what is in ${address}, evt receives its messages and deletes them: each is hidden ` +
    `from consumers until it is deleted${group}; where evt is killed, it comes back after up to ` +
    `${backAfterSeconds} s, and counts one receive more${dead}`
  )
}
