import { resourceAddress } from '../aws/address.js'
import { rulesOf } from '../aws/bus-rules.js'
import type { AwsOptions } from '../aws/options.js'
import { topicState } from '../aws/topic-state.js'
import { EvtError } from '../errors.js'
import type { RedriveResult, RedriveWarning } from './redrive-result.js'
import type { QueueFacts, SourceQueue } from './result.js'

/** Who gets what is sent there, in words; undefined where it is one consumer, or nobody knows. */
export async function fanOutOf(
  to: string,
  options: AwsOptions & { signal: AbortSignal },
): Promise<string | undefined> {
  const named = resourceAddress(to)
  try {
    if (named?.service === 'sns') {
      const { subscriptions } = await topicState(named, options)
      return `the topic ${named.name} sends each to ${subscriptions} subscriptions`
    }
    if (named?.service !== 'eventbridge') return undefined
    const rules = (await rulesOf(named.name, options)).filter((rule) => rule.isEnabled)
    return `on the bus ${named.name}, ${rules.length} rules may match each`
  } catch (error) {
    if (error instanceof EvtError && error.code !== 'interrupted') return undefined
    throw error
  }
}

interface Planned {
  readonly facts: QueueFacts
  readonly from: readonly SourceQueue[] | null
  readonly by: RedriveResult['by']
  readonly to: string | null
  readonly targetArn: string | undefined
  readonly keepsOrder: boolean | undefined
  readonly fanOut: string | undefined
  /** Whether what is text beside a body has a place there. */
  readonly hasAttributes: boolean
}

/** What somebody should know before it is moved. */
export function warningsOf(planned: Planned): RedriveWarning[] {
  const { facts, from, by, to, targetArn, keepsOrder, fanOut } = planned
  const warnings: RedriveWarning[] = []
  const warn = (kind: RedriveWarning['kind'], explain: string) => {
    warnings.push({ kind, explain })
  }
  if (by === 'sqs') warn('order', 'SQS moves them in any order, between what is new')
  else if (!facts.fifo) warn('order', 'a standard queue gives them in any order')
  else if (keepsOrder) warn('order', `later ones of a group may have been processed: evt dlq says`)
  else warn('order', 'the target does not keep the order of a group')
  const targets = (from ?? []).filter(({ arn }) => {
    return by === 'sqs' && to === null ? true : arn !== null && arn === targetArn
  })
  const others = (from ?? []).filter(({ arn }) => arn !== targetArn)
  const [target] = targets
  if (target !== undefined && targetArn !== undefined && others.length > 0) {
    const names = others.map(({ name }) => name).join(', ')
    const become = by === 'sqs' ? `go to ${target.name}, too` : 'stay where they are'
    warn('others', `those that came from ${names} ${become}`)
  }
  if (fanOut !== undefined) warn('fanOut', `${fanOut}, not only who failed`)
  if (!planned.hasAttributes) {
    warn(
      'bodies',
      'only bodies go there: what stands beside them, such as ERROR_CODE, is not kept, as evt ' +
        'dlq --to DIR does',
    )
  }
  for (const { name, maxReceiveCount: most } of targets) {
    const times = most === 1 ? 'after one receive' : `after ${most} receives`
    if (most !== null) warn('returns', `what fails at ${name} again is back here ${times}`)
  }
  if (targets.length === 0) warn('returns', 'what fails there does not come back here')
  if (facts.inFlight > 0) {
    warn('hidden', `about ${facts.inFlight} are hidden now: others have received them`)
  }
  return warnings
}
