import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import { sinkFor } from '../sinks/index.js'
import { type Outcome, Sender } from '../sinks/sender.js'
import type { OpenSink, SinkEntry } from '../sinks/sink.js'
import { sha256 } from './seals.js'

/** An event that was sent, as evidence has it. */
export interface SentEvent {
  /** Of the event; where it is sent once more, the same. */
  readonly eventId: string
  /** In words, such as `the queue orders in eu-west-1`. */
  readonly target: string
  readonly messageId: string
  readonly at: string
  /** Of its bytes. */
  readonly sha256: string
}

export interface OneEvent {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly nowMs: number
  /** Its JSON, which is sent as it is written; an event of EventBridge is one with `detail`. */
  readonly body: string
  /** What order is promised for, where a target asks for it. */
  readonly key: string
}

const ATTEMPTS = 5

/**
 * A target that takes an event, before anything else is done.
 *
 * @throws EvtError `usage` where there is none
 */
export async function openTarget(
  address: string,
  options: { aws: AwsOptions; cwd: string; signal: AbortSignal },
): Promise<OpenSink> {
  if (address === '-') {
    throw new EvtError('--notify - would print the event among what is told', {
      ...{ code: 'usage', hint: 'name a queue, a topic, a bus, a URL or a file' },
    })
  }
  return (await sinkFor(address)).open(address, options)
}

/**
 * Sends one event, again where it may have been for nothing.
 *
 * @throws EvtError `outside` where it is not taken
 */
export async function sendOne(
  sink: OpenSink,
  event: OneEvent,
  signal: AbortSignal,
): Promise<SentEvent> {
  const { body, id: eventId, source, type, nowMs, key } = event
  const entry: SinkEntry = {
    ...{ body, attributes: {}, source, type, timeUs: nowMs * 1_000, key, sendId: eventId },
  }
  let outcome: Outcome = { status: 'not sent' }
  const onOutcome = (_: SinkEntry, became: Outcome) => {
    outcome = became
  }
  const sender = new Sender(sink, { onOutcome, signal, attempts: ATTEMPTS })
  await sender.add(entry)
  await sender.end()
  sink.sync?.()
  const told = outcome as Outcome // it is set in the callback
  if (told.status === 'sent') {
    const { messageId } = told
    const at = new Date(nowMs).toISOString()
    return { eventId, target: sink.target, messageId, at, sha256: sha256(body) }
  }
  const reason = told.status === 'failed' ? `: ${told.error}` : ''
  const code = signal.aborted ? 'interrupted' : 'outside'
  throw new EvtError(`${sink.target} was not told${reason}`, { code })
}
