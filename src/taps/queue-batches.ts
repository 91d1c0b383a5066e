import { setTimeout } from 'node:timers/promises'
import { briefly, isTemporary } from '../aws/failure.js'
import { type Message, MOST_IN_BATCH, type Refused } from '../aws/queue.js'

const AT_ONCE = 8
const TRIES = 3
const FIRST_WAIT_MS = 100

/**
 * Does something to messages, ten at a time; what fails and may succeed is tried again, twice.
 *
 * @returns what could not be done
 * @throws EvtError where SQS refuses the call as a whole and for good
 */
export async function inBatches(
  messages: readonly Message[],
  act: (batch: readonly Message[]) => Promise<Refused[]>,
  late: AbortSignal,
): Promise<Refused[]> {
  const failed: Refused[] = []
  let left = messages
  for (let tries = 1; left.length > 0; tries++) {
    const refused = await once(left, act, late)
    const mayAgain = (one: Refused) => tries < TRIES && one.isTemporary && !late.aborted
    failed.push(...refused.filter((one) => !mayAgain(one)))
    left = refused.filter(mayAgain).map(({ message }) => message)
    const waitMs = FIRST_WAIT_MS * 2 ** tries
    if (left.length > 0) await setTimeout(waitMs, undefined, { signal: late }).catch(() => {})
  }
  return failed
}

async function once(
  messages: readonly Message[],
  act: (batch: readonly Message[]) => Promise<Refused[]>,
  late: AbortSignal,
): Promise<Refused[]> {
  const refused: Refused[] = []
  const batches = inTens(messages)[Symbol.iterator]()
  const work = async () => {
    for (const batch of batches) {
      const whole = (error: unknown): Refused[] => {
        if (!late.aborted && !isTemporary(error)) throw error
        const reason = late.aborted ? 'SQS did not answer in time' : briefly(error)
        return batch.map((message) => ({ message, reason, isTemporary: true }))
      }
      refused.push(...(await act(batch).catch(whole)))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return refused
}

function inTens(messages: readonly Message[]): Message[][] {
  const tens: Message[][] = []
  for (let at = 0; at < messages.length; at += MOST_IN_BATCH) {
    tens.push(messages.slice(at, at + MOST_IN_BATCH))
  }
  return tens
}
