import type { QueueWorld, WorldQueue } from './queue-world.js'

/** An answer of SQS: a body, or an error by its name. */
export type Told = { body: object } | { error: string; message?: string; status?: number }

export interface MoveTask {
  readonly handle: string
  readonly from: WorldQueue
  readonly to: string | undefined
  readonly perSecond: number | undefined
  readonly toMove: number
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED'
  moved: number
  failure?: string
}

const byArn = ({ queues }: QueueWorld, arn: string) =>
  [...queues.values()].find((queue) => queue.arn === arn)

export function startMove(world: QueueWorld, text: (field: string) => string): Told {
  const from = byArn(world, text('SourceArn'))
  if (!from) return { error: 'ResourceNotFoundException' }
  if (world.sourcesOf(from).length === 0) {
    const message = 'Source queue must be configured as a Dead Letter Queue.'
    return { error: 'InvalidParameterValue', message }
  }
  if (world.moves.some((one) => one.from === from && /ING$/.test(one.status))) {
    return { error: 'UnsupportedOperation', message: 'There is already a task running.' }
  }
  const handle = `h-${world.moves.length + 1}`
  world.moves.push({
    ...{ handle, from, to: text('DestinationArn') || undefined, status: 'RUNNING', moved: 0 },
    perSecond: Number(text('MaxNumberOfMessagesPerSecond')) || undefined,
    toMove: from.messages.length,
  })
  return { body: { TaskHandle: handle } }
}

/** Lists or cancels. A move goes on whenever somebody looks at it. */
export function moveOn(world: QueueWorld, action: string, text: (field: string) => string): Told {
  if (action === 'CancelMessageMoveTask') {
    const task = world.moves.find(({ handle }) => handle === text('TaskHandle'))
    if (task?.status !== 'RUNNING') return { error: 'ResourceNotFoundException' }
    task.status = 'CANCELLING'
    return { body: { ApproximateNumberOfMessagesMoved: task.moved } }
  }
  const task = world.moves.findLast(({ from }) => from.arn === text('SourceArn'))
  if (!task) return { body: { Results: [] } }
  const told = entryOf(task, world.moves.indexOf(task))
  step(world, task)
  return { body: { Results: [told] } }
}

function entryOf(task: MoveTask, n: number): object {
  return {
    ...{ Status: task.status, SourceArn: task.from.arn, StartedTimestamp: 1_790_000_000_000 + n },
    ...(task.status === 'RUNNING' && { TaskHandle: task.handle }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(task.failure && { FailureReason: task.failure }),
  }
}

function step(world: QueueWorld, task: MoveTask): void {
  if (task.status === 'CANCELLING') task.status = 'CANCELLED'
  if (task.status !== 'RUNNING') return
  if (task.failure !== undefined) {
    task.status = 'FAILED'
    return
  }
  const { from } = task
  for (let n = 0; n < world.movedAtOnce; n++) {
    const [message] = from.messages
    if (!message) break
    const target = byArn(world, task.to ?? message.from ?? '')
    if (!target) {
      task.status = 'FAILED'
      task.failure = 'CouldNotDetermineMessageSource'
      return
    }
    from.messages.shift()
    world.put(target.name, { ...message, id: `moved-${message.id}` } as never)
    task.moved += 1
  }
  if (from.messages.length === 0) task.status = 'COMPLETED'
}
