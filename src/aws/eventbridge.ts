import type { EventBus, Rule } from '@aws-sdk/client-eventbridge'
import { EvtError } from '../errors.js'
import { clientSettings } from './client-settings.js'
import { awsFailure, isMissing } from './failure.js'
import type { AwsOptions } from './options.js'

type RuleAction =
  | 'events:DeleteRule'
  | 'events:DescribeRule'
  | 'events:ListEventBuses'
  | 'events:ListRules'
  | 'events:ListTagsForResource'
  | 'events:ListTargetsByRule'
  | 'events:PutRule'
  | 'events:PutTargets'
  | 'events:RemoveTargets'
  | 'events:TagResource'

/** Where a rule is: on a bus, by name or ARN. */
interface RuleName {
  readonly bus: string
  readonly rule: string
}

interface NewRule extends RuleName {
  readonly pattern: string
  readonly description: string
  readonly tags: Readonly<Record<string, string>>
}

/** Buses, rules and their targets; each call throws an EvtError that says what failed. What changes
 * something is not cut short by a signal. */
export interface Rules {
  /** @throws EvtError `usage` where there is no such rule, or no such bus */
  describe(name: RuleName, signal: AbortSignal): Promise<Pick<Rule, 'EventPattern' | 'State'>>
  /** The ARN of the rule. */
  put(rule: NewRule): Promise<string>
  target(name: RuleName, target: { id: string; arn: string }): Promise<void>
  /** What is gone already counts as done, here and below. */
  removeTargets(name: RuleName, ids: readonly string[]): Promise<void>
  remove(name: RuleName): Promise<void>
  tag(ruleArn: string, tags: Readonly<Record<string, string>>): Promise<void>
  buses(): AsyncGenerator<EventBus>
  /** The rules of a bus whose names begin so. */
  named(prefix: string, bus: string): AsyncGenerator<Rule>
  targetIds(name: RuleName): Promise<string[]>
  tagsOf(ruleArn: string): Promise<Record<string, string>>
}

type Sdk = typeof import('@aws-sdk/client-eventbridge')
type Client = import('@aws-sdk/client-eventbridge').EventBridgeClient
type Failed = (
  action: RuleAction,
  on: string,
  signal?: AbortSignal,
) => (e: unknown) => Promise<never>

/** @param needs what of IAM the whole takes, for who lacks a part of it */
export async function openRules(options: AwsOptions, needs?: readonly string[]): Promise<Rules> {
  const sdk = await import('@aws-sdk/client-eventbridge')
  const client = new sdk.EventBridgeClient(clientSettings(options))
  const failed: Failed = (action, on, signal) => async (error) => {
    const region = () => client.config.region()
    throw await awsFailure(error, { action, on, needs, signal, region })
  }
  return { ...changes(sdk, client, failed), ...looks(sdk, client, failed) }
}

function changes(sdk: Sdk, client: Client, failed: Failed) {
  const unlessGone = (action: RuleAction, on: string) => async (error: unknown) => {
    if (!isMissing(error)) await failed(action, on)(error)
  }
  return {
    async put({ bus, rule, pattern, description, tags }: NewRule) {
      const command = new sdk.PutRuleCommand({
        ...{ Name: rule, EventBusName: bus, EventPattern: pattern, Description: description },
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      })
      // Only the bus can be missing.
      const made = await client.send(command).catch(failed('events:PutRule', `the bus ${bus}`))
      return made.RuleArn ?? ''
    },
    async target({ bus, rule }: RuleName, { id, arn }: { id: string; arn: string }) {
      const command = new sdk.PutTargetsCommand({
        ...{ Rule: rule, EventBusName: bus, Targets: [{ Id: id, Arn: arn }] },
      })
      const answer = await client.send(command).catch(failed('events:PutTargets', on(rule)))
      const [fault] = answer.FailedEntries ?? []
      if (!fault) return
      const told = `${fault.ErrorCode ?? 'unknown'}: ${fault.ErrorMessage ?? ''}`
      throw new EvtError(`events:PutTargets fails on ${on(rule)} (${told})`, { code: 'outside' })
    },
    async removeTargets({ bus, rule }: RuleName, ids: readonly string[]) {
      const command = new sdk.RemoveTargetsCommand({
        ...{ Rule: rule, EventBusName: bus, Ids: [...ids] },
      })
      await client.send(command).catch(unlessGone('events:RemoveTargets', on(rule)))
    },
    async remove({ bus, rule }: RuleName) {
      const command = new sdk.DeleteRuleCommand({ Name: rule, EventBusName: bus })
      await client.send(command).catch(unlessGone('events:DeleteRule', on(rule)))
    },
    async tag(ruleArn: string, tags: Readonly<Record<string, string>>) {
      const command = new sdk.TagResourceCommand({
        ResourceARN: ruleArn,
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      })
      await client.send(command).catch(failed('events:TagResource', on(ruleArn)))
    },
  }
}

function looks(sdk: Sdk, client: Client, failed: Failed) {
  return {
    async describe({ bus, rule }: RuleName, signal: AbortSignal) {
      const command = new sdk.DescribeRuleCommand({ Name: rule, EventBusName: bus })
      const onFailure = failed('events:DescribeRule', `${on(rule)} on the bus ${bus}`, signal)
      return client.send(command, { abortSignal: signal }).catch(onFailure)
    },
    async *buses() {
      const onFailure = failed('events:ListEventBuses', 'the buses')
      yield* paged(async (NextToken) => {
        const answer = await client
          .send(new sdk.ListEventBusesCommand({ NextToken }))
          .catch(onFailure)
        return { found: answer.EventBuses, next: answer.NextToken }
      })
    },
    async *named(prefix: string, bus: string) {
      const onFailure = failed('events:ListRules', `the bus ${bus}`)
      yield* paged(async (NextToken) => {
        const command = new sdk.ListRulesCommand({
          ...{ NamePrefix: prefix, EventBusName: bus, NextToken },
        })
        const answer = await client.send(command).catch(onFailure)
        return { found: answer.Rules, next: answer.NextToken }
      })
    },
    async targetIds({ bus, rule }: RuleName) {
      const command = new sdk.ListTargetsByRuleCommand({ Rule: rule, EventBusName: bus })
      const onFailure = failed('events:ListTargetsByRule', on(rule))
      const { Targets = [] } = await client.send(command).catch((error) => {
        return isMissing(error) ? { Targets: [] } : onFailure(error)
      })
      return Targets.flatMap(({ Id }) => Id ?? [])
    },
    async tagsOf(ruleArn: string) {
      const command = new sdk.ListTagsForResourceCommand({ ResourceARN: ruleArn })
      const onFailure = failed('events:ListTagsForResource', on(ruleArn))
      const { Tags = [] } = await client.send(command).catch((error) => {
        return isMissing(error) ? { Tags: [] } : onFailure(error)
      })
      return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]))
    },
  }
}

function on(rule: string): string {
  return `the rule ${rule.split('/').at(-1)}`
}

interface Page<T> {
  readonly found: T[] | undefined
  readonly next: string | undefined
}

/** All that a list has, page by page: EventBridge's SDK has no paginators. */
async function* paged<T>(page: (token: string | undefined) => Promise<Page<T>>): AsyncGenerator<T> {
  let token: string | undefined
  do {
    const { found = [], next } = await page(token)
    yield* found
    token = next
    // Emulators end with null or an empty text.
  } while (token)
}
