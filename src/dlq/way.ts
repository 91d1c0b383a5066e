import { type ResourceAddress, resourceAddress } from '../aws/address.js'
import type { OpenQueue } from '../aws/queue.js'
import { openSqs } from '../aws/sqs.js'
import { EvtError } from '../errors.js'
import { sinkFor } from '../sinks/index.js'
import type { OpenSink } from '../sinks/sink.js'
import type { FoundQueue } from './queue.js'
import { queueTarget } from './queue-target.js'
import type { RedriveRequest } from './redrive-request.js'
import type { RedriveResult } from './redrive-result.js'

/** Where they go, and by whom. */
export interface Way {
  readonly by: RedriveResult['by']
  readonly target: string
  /** Where SQS moves them to, if not back. */
  readonly arn: string | undefined
  /** Where evt sends them. */
  readonly sink: OpenSink | undefined
}

/** SQS moves messages back by itself, in any order, and looks at none. */
export async function wayOf(
  found: FoundQueue,
  request: RedriveRequest,
  isLooking: boolean,
): Promise<Way> {
  const { source, facts, from } = found
  const { to } = request
  if (to === undefined) return wayBack(found, isLooking)
  if (to === '-') {
    throw new EvtError('--to - would delete what nobody may have kept', {
      ...{ code: 'usage', hint: `evt dlq ${source} --to DIR records the messages` },
    })
  }
  const named = resourceAddress(to)
  if (named?.service !== 'sqs') {
    const { aws, cwd, signal } = request
    const sink = await (await sinkFor(to)).open(to, { aws, cwd, signal })
    return { by: 'evt', target: sink.target, arn: undefined, sink }
  }
  const sink = await queueTarget(await targetQueue(named, found, request))
  if (named.arn !== undefined && sink.arn !== named.arn) {
    throw new EvtError(`${to} was asked for, and ${sink.arn} was found`, { code: 'usage' })
  }
  if (sink.arn === facts.arn) {
    throw new EvtError(`--to ${to} is ${source} itself`, { code: 'usage' })
  }
  const isSource = from?.some(({ arn }) => arn === sink.arn) === true
  if (!isSource || facts.fifo || isLooking)
    return { by: 'evt', target: sink.target, arn: undefined, sink }
  return { by: 'sqs', target: sink.target, arn: sink.arn, sink: undefined }
}

/** A queue of another region is not the one of its name here. */
async function targetQueue(
  named: ResourceAddress,
  { sqs, facts }: FoundQueue,
  { aws, signal }: RedriveRequest,
): Promise<OpenQueue> {
  const { region } = named
  if (region === undefined || region === facts.arn.split(':')[3]) return sqs.queue(named)
  const needs = ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'sqs:SendMessage']
  const there = await openSqs({ ...aws, region, needs, signal }, named)
  return there.queue(named)
}

async function wayBack({ source, sqs, facts, from }: FoundQueue, isLooking: boolean): Promise<Way> {
  const names = from?.map(({ name }) => name) ?? []
  const [first] = from ?? []
  if (first === undefined) {
    throw new EvtError(`nobody knows where the messages of ${source} came from`, {
      code: 'usage',
      hint: '--to SINK says where they go, as in --to sqs://orders',
    })
  }
  if (!facts.fifo && !isLooking) {
    const target = `back to ${names.join(', ')}`
    return { by: 'sqs', target, arn: undefined, sink: undefined }
  }
  if (names.length > 1) {
    const without = isLooking ? ', without who was erased' : ''
    throw new EvtError(`${source} has messages of ${names.length} queues: ${names.join(', ')}`, {
      code: 'usage',
      hint: `--to sqs://${first.name} moves those of one${without}`,
    })
  }
  const queue = await sqs.queue({ name: first.name, arn: first.arn ?? undefined, url: undefined })
  const sink = await queueTarget(queue)
  return { by: 'evt', target: sink.target, arn: undefined, sink }
}
