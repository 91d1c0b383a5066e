import type { ListMessageMoveTasksResultEntry } from '@aws-sdk/client-sqs'
import type { Sent } from './queue.js'

export const moveActions = [
  'sqs:StartMessageMoveTask',
  'sqs:ListMessageMoveTasks',
  'sqs:CancelMessageMoveTask',
] as const

/** A move that SQS makes by itself, as it stands. */
export interface MoveTask {
  readonly status: 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED'
  readonly moved: number
  /** About how many there were when it began; null where SQS does not say. */
  readonly toMove: number | null
  readonly failure: string | null
  readonly startedMs: number
  /** By which it can be cancelled, as long as it runs. */
  readonly handle: string | null
}

/** Moves of messages out of dead-letter queues, which are named by their ARNs. Each call throws an
 * EvtError that says what failed. */
export interface QueueMoves {
  /**
   * Begins one.
   *
   * @param options.to unsaid: each message goes back to the queue that it came from
   * @returns by which it can be cancelled
   */
  start(
    from: string,
    options: { readonly to?: string | undefined; readonly perSecond?: number | undefined },
  ): Promise<string>
  /** The newest; undefined where there was none. */
  latest(from: string): Promise<MoveTask | undefined>
  cancel(handle: string): Promise<void>
}

export function queueMoves(sdk: typeof import('@aws-sdk/client-sqs'), send: Sent): QueueMoves {
  const call = (action: string, arn: string) => {
    return { action: `sqs:${action}`, name: arn.slice(arn.lastIndexOf(':') + 1) }
  }
  return {
    async start(from, { to, perSecond }) {
      const command = new sdk.StartMessageMoveTaskCommand({
        SourceArn: from,
        ...(to !== undefined && { DestinationArn: to }),
        ...(perSecond !== undefined && { MaxNumberOfMessagesPerSecond: perSecond }),
      })
      const made = await send<{ TaskHandle?: string }>(command, call('StartMessageMoveTask', from))
      return made.TaskHandle ?? ''
    },
    async latest(from) {
      const command = new sdk.ListMessageMoveTasksCommand({ SourceArn: from, MaxResults: 1 })
      const found = await send<{ Results?: ListMessageMoveTasksResultEntry[] }>(
        command,
        call('ListMessageMoveTasks', from),
      )
      const [newest] = found.Results ?? []
      return newest && taskOf(newest)
    },
    async cancel(handle) {
      const command = new sdk.CancelMessageMoveTaskCommand({ TaskHandle: handle })
      await send(command, { action: 'sqs:CancelMessageMoveTask', name: 'that is moved' })
    },
  }
}

function taskOf(entry: ListMessageMoveTasksResultEntry): MoveTask {
  return {
    // The service has these five, and the SDK any text.
    status: (entry.Status ?? 'RUNNING') as MoveTask['status'],
    moved: entry.ApproximateNumberOfMessagesMoved ?? 0,
    toMove: entry.ApproximateNumberOfMessagesToMove ?? null,
    failure: entry.FailureReason ?? null,
    startedMs: entry.StartedTimestamp ?? 0,
    handle: entry.TaskHandle ?? null,
  }
}
