import { type ResourceAddress, resourceAddress } from '../aws/address.js'
import { type Caller, callerOf } from '../aws/caller.js'
import { openRules, type Rules } from '../aws/eventbridge.js'
import { ofSdk } from '../aws/failure.js'
import type { AwsOptions } from '../aws/options.js'
import { ownName, tagsOf } from '../aws/own-resources.js'
import { openSqs } from '../aws/sqs.js'
import { EvtError } from '../errors.js'
import { busPattern, everyEvent } from './bus-pattern.js'
import { checkPresent } from './only-from-now.js'
import { OwnThings } from './own-things.js'
import { received } from './received.js'
import type { Tap, TapOptions } from './tap.js'
import { type TemporaryQueue, temporaryQueue } from './temporary-queue.js'

const TARGET = 'evt'

/**
 * A bus, through a rule and a queue of evt's own: no rule of anybody is changed. The rule has the
 * pattern of `--filter`, or a copy of the pattern of the rule that the address names.
 */
export const tap: Tap = {
  name: 'eventbridge',
  reads: 'buses of EventBridge, and what a rule on one matches: eventbridge://bus[/rule], ARNs',
  safety: 'observe',
  missed:
    'What was put before the rule worked, which may take a minute; what evt does not take within ' +
    'an hour; what the targets of a rule make of its events.',
  repeated:
    'What EventBridge delivers twice, as it does to others; a copy made by the queue is left ' +
    'out. The order of a bus is not kept.',
  cost:
    'A rule (one of 300 of the bus) and a queue, named evt-tap- and removed at the end; requests ' +
    'of SQS, one for ten events or 20 s.',
  iamActions: [
    'events:DescribeRule',
    'events:PutRule',
    'events:TagResource',
    'events:PutTargets',
    'events:RemoveTargets',
    'events:DeleteRule',
    'sqs:CreateQueue',
    'sqs:TagQueue',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:DeleteQueue',
  ],
  resumed: 'None can: a bus keeps nothing, and the queue of evt ends with it.',
  async *open(address, options) {
    const bus = busOf(address)
    const { place } = bus
    checkPresent(place, options)
    const { signal, onNote } = options
    const aws = { ...options.aws, region: options.aws.region ?? bus.region }
    const rules = await openRules(aws, tap.iamActions)
    const caller = await callerOf(aws, signal)
    const pattern = await patternFor(rules, bus, options)
    const things = new OwnThings(caller.arn, onNote)
    try {
      const own = await ownRule(rules, things, { bus, pattern, aws, caller, options })
      if (own === undefined) return
      onNote(
        `${place}: what is put from now on, through the queue ${own.queue.name}; ` +
          'a new rule may take a minute to work',
      )
      options.onReady?.()
      yield* received(own.queue, place, options)
    } finally {
      await things.remove()
    }
  },
}

interface Bus extends ResourceAddress {
  /** What EventBridge is told: the ARN where the address says it, so that its account counts. */
  readonly of: string
  /** How it is shown. */
  readonly place: string
}

function busOf(address: string): Bus {
  const bus = resourceAddress(address)
  const { name, arn, part } = bus ?? { name: '' }
  const isNamed = /^[\w./-]{1,256}$/.test(name) && (part === undefined || /^[\w.-]+$/.test(part))
  if (bus && isNamed) {
    const of = arn !== undefined && part === undefined ? arn : name
    return { ...bus, of, place: `eventbridge://${name}${part === undefined ? '' : `/${part}`}` }
  }
  throw new EvtError(`${address} is no bus of EventBridge`, {
    code: 'usage',
    hint: 'write eventbridge://BUS, eventbridge://BUS/RULE or an ARN',
  })
}

async function patternFor(
  rules: Rules,
  { of, name, part, place }: Bus,
  { filter, signal, onNote }: TapOptions,
): Promise<string> {
  if (part === undefined) return filter === undefined ? everyEvent : busPattern(filter.json)
  const { EventPattern, State } = await rules.describe({ bus: of, rule: part }, signal)
  if (!EventPattern) {
    throw new EvtError(`the rule ${part} has a schedule and no pattern: there is nothing to copy`, {
      code: 'usage',
      hint: `eventbridge://${name} shows every event of the bus`,
    })
  }
  if (State === 'DISABLED')
    onNote(`${place}: the rule is disabled; its pattern is used all the same`)
  return EventPattern
}

interface Wanted {
  bus: Bus
  pattern: string
  aws: AwsOptions
  caller: Caller
  options: TapOptions
}

/** A rule, a queue, and the one as the target of the other; undefined where the signal aborts. The
 * rule is the first: without a target it does nothing, and it tells whether there is such a bus. */
async function ownRule(
  rules: Rules,
  things: OwnThings,
  wanted: Wanted,
): Promise<TemporaryQueue | undefined> {
  const { bus, aws, caller, options } = wanted
  const { signal } = options
  const name = ownName()
  const rule = { bus: bus.of, rule: name }
  const ruleArn = await put(rules, things, name, wanted)
  things.onRenewal(() => rules.tag(ruleArn, tagsOf(things.ownership())))
  if (signal.aborted) return undefined
  // What changes something is not cut short, so that it is known what there is to undo.
  const never = new AbortController().signal
  const sqs = await openSqs({ ...aws, needs: tap.iamActions, signal: never })
  const sender = { service: 'events', arn: ruleArn } as const
  const own = await temporaryQueue(sqs, things, { name, caller, sender })
  if (signal.aborted) return undefined
  await things.make(`the target of the rule ${name}`, {
    make: () => rules.target(rule, { id: TARGET, arn: own.arn }),
    remove: () => rules.removeTargets(rule, [TARGET]),
  })
  return signal.aborted ? undefined : own
}

/** The ARN of the rule. A pattern that the bus does not take is every event. */
async function put(
  rules: Rules,
  things: OwnThings,
  name: string,
  { bus, pattern, options }: Wanted,
): Promise<string> {
  const rule = { bus: bus.of, rule: name }
  const description = `evt follows ${bus.name}; evt gc removes this when it is left over`
  const putWith = (taken: string) =>
    things.make(`the rule ${name}`, {
      make: () =>
        rules.put({ ...rule, pattern: taken, description, tags: tagsOf(things.ownership()) }),
      remove: () => rules.remove(rule),
    })
  try {
    return await putWith(pattern)
  } catch (error) {
    const failure = ofSdk(error)
    const isOfPattern = failure instanceof Error && failure.name === 'InvalidEventPatternException'
    if (!isOfPattern || bus.part !== undefined || pattern === everyEvent) throw error
    options.onNote(`${bus.place}: the bus does not take --filter, evt chooses: ${failure.message}`)
    return putWith(everyEvent)
  }
}
