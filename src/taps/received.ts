import { isMissing } from '../aws/failure.js'
import { type Message, MOST_IN_BATCH, type OpenQueue } from '../aws/queue.js'
import { EvtError } from '../errors.js'
import { patiently } from './patiently.js'
import { messageRecord } from './queue-messages.js'
import { SeenMessages } from './seen-messages.js'
import type { Batch, TapOptions } from './tap.js'
import { hiddenSecondsFor, Unacknowledged } from './unacknowledged.js'

const WAIT_SECONDS = 20
const MOST_AT_ONCE = 16
/** So many messages back, a second copy of one is known. */
const REMEMBERED = 100_000
/** What the queue itself hides for, where nobody has to acknowledge. */
const LEAST_HIDDEN_SECONDS = 60

type Options = Pick<TapOptions, 'decode' | 'onNote' | 'signal' | 'holdMs'>

/**
 * What comes to a queue of evt's own, without end until the signal aborts. A message is deleted
 * once the reader has asked for what follows it, or, with `holdMs`, has acknowledged it. SQS may
 * give a message twice; a copy has its id and is left out while the id is among the last 100,000,
 * since it says nothing of who sent it.
 *
 * @param place how the source is named
 */
export async function* received(
  queue: OpenQueue,
  place: string,
  options: Options,
): AsyncGenerator<Batch> {
  const known = new SeenMessages(REMEMBERED)
  const waiting = new Unacknowledged()
  const isOrdered = queue.name.endsWith('.fifo')
  let atOnce = 1
  while (!options.signal.aborted) {
    const batches = await receiveSome(queue, place, atOnce, options)
    const decoded: Batch = []
    const ids: string[] = []
    const done: Message[] = []
    for (const message of batches.flat()) {
      const { MessageId: id = '' } = message
      if (waiting.renews(id, message)) continue
      const found = known.has(id) ? [] : await options.decode(messageRecord(message, place))
      known.add(id)
      decoded.push(...found)
      if (found.length === 0 || options.holdMs === undefined) done.push(message)
      else {
        waiting.add(id, message)
        ids.push(id)
      }
    }
    if (ids.length > 0) {
      decoded.isAwaited = isOrdered
      decoded.acknowledge = async () => {
        await deleteAll(queue, place, waiting.take(ids), options)
        return true
      }
    }
    if (decoded.length > 0) yield decoded
    await deleteAll(queue, place, done, options)
    // Where there is more than ten at a time, each call has its ten; a group of FIFO has an order.
    const isMore = batches.length > 0 && batches.every(({ length }) => length === MOST_IN_BATCH)
    atOnce = isMore && !isOrdered ? Math.min(atOnce * 2, MOST_AT_ONCE) : 1
  }
}

async function receiveSome(
  queue: OpenQueue,
  place: string,
  atOnce: number,
  options: Pick<TapOptions, 'onNote' | 'signal' | 'holdMs'>,
): Promise<Message[][]> {
  const { signal, holdMs } = options
  const asked = {
    ...{ waitSeconds: atOnce === 1 ? WAIT_SECONDS : 0, signal },
    hiddenSeconds: holdMs && hiddenSecondsFor(holdMs, LEAST_HIDDEN_SECONDS),
  }
  const receive = () => patiently(() => queue.receive(asked), place, options).catch(gone(place))
  const batches = await Promise.all(Array.from({ length: atOnce }, receive))
  return batches.flatMap((batch) => (batch ? [batch] : []))
}

async function deleteAll(
  queue: OpenQueue,
  place: string,
  messages: readonly Message[],
  options: Pick<TapOptions, 'onNote' | 'signal'>,
): Promise<void> {
  const { signal } = options
  const tens: Message[][] = []
  for (let at = 0; at < messages.length; at += MOST_IN_BATCH) {
    tens.push(messages.slice(at, at + MOST_IN_BATCH))
  }
  // What SQS refuses to delete comes again and is known.
  const calls = tens.map((batch) =>
    patiently(() => queue.deleteBatch(batch, signal), place, options).catch(gone(place)),
  )
  await Promise.all(calls)
}

function gone(place: string) {
  return (error: unknown): never => {
    if (!isMissing(error)) throw error
    throw new EvtError(`the queue that evt made for ${place} is gone`, {
      code: 'outside',
      hint: 'somebody has removed it, as evt gc --all does; begin again',
      cause: error,
    })
  }
}
