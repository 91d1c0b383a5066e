import { setTimeout } from 'node:timers/promises'
import { isRefused } from '../aws/failure.js'
import type { MoveTask, QueueMoves } from '../aws/queue-moves.js'
import { EvtError } from '../errors.js'
import { patiently } from '../taps/patiently.js'
import type { Moved } from './redrive-result.js'

const LOOK_EACH_MS = 1_000
/** Moves that one second takes at most. */
export const MOST_PER_SECOND = 500

interface Moving {
  readonly moves: QueueMoves
  /** The ARN of the dead-letter queue. */
  readonly from: string
  /** The ARN of the queue that they go to; undefined: of each, where it came from. */
  readonly to: string | undefined
  /** The newest move that there was before. */
  readonly before: MoveTask | undefined
  readonly perSecond: number | null
  readonly signal: AbortSignal
  /** Outlives `signal` for a moment. */
  readonly late: AbortSignal
  onNote(text: string): void
  onProgress(done: { readonly moved: number; readonly of: number | null }): void
}

/**
 * Has SQS move the messages, and follows it. When the signal aborts, the move is cancelled, and
 * followed to its end.
 *
 * @returns also why it did not end well
 */
export async function moveBySqs(moving: Moving): Promise<{ moved: Moved; failure: unknown }> {
  const { moves, from, signal, late, onNote } = moving
  const handle = await started(moving)
  const cancel = () => moves.cancel(handle).catch((error: unknown) => error)
  let cancelling: Promise<unknown> | undefined
  for (;;) {
    if (signal.aborted) cancelling ??= cancel()
    const look = () => moves.latest(from)
    const task = await patiently(look, 'SQS', { signal: late, onNote })
    if (late.aborted) throw unknownEnd(from)
    if (task && isNew(task, moving)) moving.onProgress({ moved: task.moved, of: task.toMove })
    if (task && isNew(task, moving) && !/ING$/.test(task.status)) {
      await cancelling
      return { moved: movedBy(task), failure: failureOf(task, signal) }
    }
    // An abort ends the wait, and only the first one.
    const wait = signal.aborted ? {} : { signal }
    await setTimeout(LOOK_EACH_MS, undefined, wait).catch(() => undefined)
  }
}

/** A call whose answer is lost is made again, and refused as a move runs already: that one. */
async function started(moving: Moving): Promise<string> {
  const { moves, from, to, perSecond } = moving
  try {
    return await moves.start(from, { to, ...(perSecond !== null && { perSecond }) })
  } catch (error) {
    if (isRefused(error)) throw error
    const task = await moves.latest(from).catch(() => undefined)
    if (!task || task.handle === null || !isNew(task, moving)) throw error
    return task.handle
  }
}

/** What is listed may be the move before for a moment. */
function isNew({ startedMs }: MoveTask, { before }: Moving): boolean {
  return startedMs !== before?.startedMs
}

function unknownEnd(from: string): EvtError {
  return new EvtError('interrupted, and nobody knows whether SQS moves on', {
    ...{ code: 'interrupted', hint: `aws sqs list-message-move-tasks --source-arn ${from}` },
  })
}

function movedBy({ moved, status, failure }: MoveTask): Moved {
  return {
    ...{ messages: moved, sentBefore: 0, failed: 0, undeleted: 0, returned: 0, left: 0 },
    ...{ others: 0, newer: 0, erased: 0, blanked: 0 },
    errors: failure === null ? [] : [{ error: failure, count: 1 }],
    isCancelled: status === 'CANCELLED',
  }
}

function failureOf({ status, failure, moved }: MoveTask, signal: AbortSignal): unknown {
  const so = `about ${moved.toLocaleString('en')} were moved`
  if (status === 'FAILED') {
    return new EvtError(`SQS could not move them all (${failure ?? 'no reason is given'}): ${so}`, {
      ...{ code: 'outside', hint: 'the same line moves the rest' },
    })
  }
  if (status !== 'CANCELLED') return undefined
  const who = signal.aborted ? 'interrupted' : 'somebody cancelled the move'
  const code = signal.aborted ? 'interrupted' : 'outside'
  return new EvtError(`${who}: ${so}`, { code, hint: 'the same line moves the rest' })
}
