import type { EventBridgeClient, Rule } from '@aws-sdk/client-eventbridge'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

export interface RuleState {
  readonly name: string
  readonly isEnabled: boolean
  /** Undefined for a rule that goes by the clock. */
  readonly pattern: string | undefined
}

type Options = AwsOptions & { signal: AbortSignal }
type Sdk = typeof import('@aws-sdk/client-eventbridge')

/** The rules of a bus, by name.
 *
 * @throws EvtError where it is not there, or not to be asked */
export async function rulesOf(bus: string, options: Options): Promise<RuleState[]> {
  const on = `the bus ${bus}`
  return asked('events:ListRules', on, options, async (sdk, client) => {
    const rules: RuleState[] = []
    let token: string | undefined
    do {
      const input = { EventBusName: bus, ...(token !== undefined && { NextToken: token }) }
      const sent = { abortSignal: options.signal }
      const answer = await client.send(new sdk.ListRulesCommand(input), sent)
      rules.push(...(answer.Rules ?? []).map(stateOf))
      token = answer.NextToken
    } while (token !== undefined)
    return rules
  })
}

/** One rule of a bus.
 *
 * @throws EvtError where it is not there, or not to be asked */
export async function ruleOf(bus: string, rule: string, options: Options): Promise<RuleState> {
  const on = `the rule ${rule} of the bus ${bus}`
  return asked('events:DescribeRule', on, options, async (sdk, client) => {
    const command = new sdk.DescribeRuleCommand({ EventBusName: bus, Name: rule })
    return stateOf(await client.send(command, { abortSignal: options.signal }))
  })
}

/** Keeps a rule from matching, until somebody enables it.
 *
 * @throws EvtError where that may not be done */
export async function disableRule(bus: string, rule: string, options: Options): Promise<void> {
  const on = `the rule ${rule} of the bus ${bus}`
  await asked('events:DisableRule', on, options, (sdk, client) =>
    client.send(new sdk.DisableRuleCommand({ EventBusName: bus, Name: rule })),
  )
}

function stateOf({ Name = '', State, EventPattern }: Rule): RuleState {
  return { name: Name, isEnabled: State !== 'DISABLED', pattern: EventPattern }
}

async function asked<T>(
  action: string,
  on: string,
  options: Options,
  ask: (sdk: Sdk, client: EventBridgeClient) => Promise<T>,
): Promise<T> {
  const sdk = await import('@aws-sdk/client-eventbridge')
  const client = new sdk.EventBridgeClient(clientSettings(options))
  try {
    return await ask(sdk, client)
  } catch (error) {
    const { region } = client.config
    throw await awsFailure(error, { action, on, region, signal: options.signal })
  } finally {
    client.destroy()
  }
}
