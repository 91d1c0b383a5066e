import { setMaxListeners } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Message, OpenQueue } from '../aws/queue.js'
import { patiently } from '../taps/patiently.js'
import { inBatches } from '../taps/queue-batches.js'
import type { QueueNature } from '../taps/queue-consents.js'
import { Receives } from '../taps/receives.js'

/** So long what was received is hidden from others, if evt is killed. */
const HIDDEN_SECONDS = 60
/** All is given back before SQS shows it by itself. */
const MOST_MS = 40_000
const AT_ONCE = 8
/** Of a FIFO queue so many can be in flight, and those that others have count. */
const MOST_OF_FIFO = 10_000
/** How long calls may take to end after evt was told to. */
const LATE_MS = 2_500
/** Somebody else has it already, or may have it. */
const isVisible = /MessageNotInflight|ReceiptHandleIsInvalid/

interface LookOptions {
  readonly queue: OpenQueue
  readonly place: string
  readonly nature: QueueNature
  /** Look at so many at most. */
  readonly limit: number
  readonly signal: AbortSignal
  onNote(text: string): void
  /** Called for each message once. */
  onMessage(message: Message): Promise<void>
}

/**
 * Looks at what is in a queue, and gives all of it back at the end: what was received is not given
 * twice as long as it is held.
 *
 * @returns why not all was seen; undefined where nothing more came
 */
export async function look(options: LookOptions): Promise<string | undefined> {
  const { queue, nature, signal, onNote, place } = options
  const late = new AbortController()
  // Each call that is under way listens to it.
  setMaxListeners(0, late.signal)
  const leave = () => {
    void setTimeout(LATE_MS, undefined, { ref: false }).then(() => late.abort())
  }
  signal.addEventListener('abort', leave)
  const receive = (waitSeconds: number) =>
    queue.receive({ waitSeconds, hiddenSeconds: HIDDEN_SECONDS, signal: late.signal })
  // Two calls at once might take the head of a group and what is behind it.
  const receives = new Receives(receive, nature.isFifo ? 1 : AT_ONCE)
  const held: Message[] = []
  try {
    return await receiveAll({ ...options, receives, held })
  } finally {
    held.push(...(await receives.rest()))
    const show = (batch: readonly Message[]) => queue.changeVisibilityBatch(batch, 0, late.signal)
    const failed = await inBatches(held, show, late.signal)
    signal.removeEventListener('abort', leave)
    sayHidden(
      failed.filter(({ reason }) => !isVisible.test(reason)),
      (text) => onNote(`${place}: ${text}`),
    )
  }
}

async function receiveAll({
  receives,
  held,
  ...options
}: LookOptions & { receives: Receives; held: Message[] }): Promise<string | undefined> {
  const { nature, signal, place, onNote } = options
  const limit = Math.min(options.limit, nature.isFifo ? MOST_OF_FIFO : options.limit)
  const endsMs = performance.now() + MOST_MS
  const seen = new Set<string>()
  while (!signal.aborted) {
    const messages = await patiently(() => receives.next(true), place, { signal, onNote })
    if (messages === undefined) break
    if (messages.length === 0) return undefined
    held.push(...messages)
    for (const message of messages) {
      const id = message.MessageId ?? message.ReceiptHandle ?? ''
      if (seen.has(id)) continue
      seen.add(id)
      await options.onMessage(message)
    }
    const worn = wornOf(messages, nature)
    if (worn !== undefined) return worn
    if (seen.size >= limit) return `${limit} were seen`
    if (performance.now() > endsMs) return `${MOST_MS / 1_000} s were over`
  }
  return 'interrupted'
}

/** One receive is left to whoever works on the queue: why no more is received. */
export function wornOf(
  messages: readonly Message[],
  { maxReceives }: QueueNature,
): string | undefined {
  if (maxReceives === null) return undefined
  const times = ({ Attributes }: Message) => Number(Attributes?.ApproximateReceiveCount ?? 0)
  const worn = messages.find((message) => times(message) >= maxReceives - 1)
  if (!worn) return undefined
  return (
    `message ${worn.MessageId} was received ${times(worn)} times, and after ${maxReceives} it ` +
    'goes to the next dead-letter queue'
  )
}

function sayHidden(
  hidden: readonly { readonly reason: string }[],
  onNote: (text: string) => void,
): void {
  const [first] = hidden
  if (first === undefined) return
  const were = hidden.length === 1 ? 'message' : 'messages'
  onNote(
    `${hidden.length} ${were} could not be given back (${first.reason}): hidden for up to ` +
      `${HIDDEN_SECONDS} s`,
  )
}
