import type {
  EventSourceMappingConfiguration,
  FunctionConfiguration,
  LambdaClient,
} from '@aws-sdk/client-lambda'
import type { JsonObject, JsonValue } from '../../event/event.js'
import { type Described, type Inquiry, type Inventory, jsonOf, statementsOf } from './inquiry.js'

type Sdk = typeof import('@aws-sdk/client-lambda')

interface Asked {
  readonly inquiry: Inquiry
  readonly sdk: Sdk
  readonly client: LambdaClient
}

/** Functions with their policies and destinations, and what polls for them. */
export const functions: Inventory = {
  service: 'lambda',
  actions: [
    ...['lambda:ListFunctions', 'lambda:GetFunctionConcurrency', 'lambda:GetPolicy'],
    ...['lambda:ListFunctionEventInvokeConfigs', 'lambda:ListEventSourceMappings'],
    'lambda:ListAliases',
  ],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-lambda')
    return inquiry.using(new sdk.LambdaClient(inquiry.settings()), async (client) => {
      const asked = { inquiry, sdk, client }
      const listed = await inquiry.all(
        'lambda:ListFunctions',
        'the functions',
        (token) => client.send(new sdk.ListFunctionsCommand({ Marker: token }), inquiry.sent),
        ({ Functions = [], NextMarker }) => ({ found: Functions, next: NextMarker }),
      )
      const found = await inquiry.each(listed, (one) => ofFunction(asked, one))
      const mappings = await inquiry.all(
        'lambda:ListEventSourceMappings',
        'the mappings',
        (token) => {
          const command = new sdk.ListEventSourceMappingsCommand({ Marker: token })
          return client.send(command, inquiry.sent)
        },
        ({ EventSourceMappings = [], NextMarker }) => ({
          found: EventSourceMappings,
          next: NextMarker,
        }),
      )
      return [...found, ...mappings.map((mapping) => mapped(inquiry, mapping))]
    })
  },
}

async function ofFunction(asked: Asked, told: FunctionConfiguration): Promise<Described[]> {
  const { inquiry, sdk, client } = asked
  const { FunctionName: name = '', FunctionArn: arn = '', Timeout, Role, ...more } = told
  const on = `the function ${name}`
  const limit = await inquiry.ask('lambda:GetFunctionConcurrency', on, () => {
    const command = new sdk.GetFunctionConcurrencyCommand({ FunctionName: name })
    return client.send(command, inquiry.sent)
  })
  const given = {
    ...{ FunctionName: name, Timeout, Role, DeadLetterConfig: more.DeadLetterConfig },
    ReservedConcurrentExecutions: limit?.ReservedConcurrentExecutions,
    Environment: { Variables: more.Environment?.Variables ?? {} },
  }
  return [
    { type: 'AWS::Lambda::Function', arn, properties: jsonOf(given) },
    ...(await permissions(asked, name, { arn })),
    ...(await permissionsOfAliases(asked, name, arn)),
    ...(await destinations(asked, name, arn)),
  ]
}

/** An alias, which rules may have as their target, has a policy of its own. */
async function permissionsOfAliases(asked: Asked, name: string, arn: string) {
  const { inquiry, sdk, client } = asked
  const aliases = await inquiry.all(
    'lambda:ListAliases',
    `the function ${name}`,
    (token) => {
      const command = new sdk.ListAliasesCommand({ FunctionName: name, Marker: token })
      return client.send(command, inquiry.sent)
    },
    ({ Aliases = [], NextMarker }) => ({ found: Aliases, next: NextMarker }),
  )
  return inquiry.each(aliases, ({ Name: alias }) => permissions(asked, name, { arn, alias }))
}

async function permissions(
  { inquiry, sdk, client }: Asked,
  name: string,
  { arn, alias }: { readonly arn: string; readonly alias?: string | undefined },
) {
  const answer = await inquiry.ask('lambda:GetPolicy', `the function ${name}`, () => {
    const command = new sdk.GetPolicyCommand({ FunctionName: name, Qualifier: alias })
    return client.send(command, inquiry.sent)
  })
  return statementsOf(answer?.Policy).flatMap((statement): Described[] => {
    if (statement['Effect'] === 'Deny') return []
    const { Principal, Action, Condition } = statement
    const conditions = JSON.stringify(Condition ?? {})
    const value = (key: string) =>
      new RegExp(`"${key}":("[^"]*")`, 'i').exec(conditions)?.[1]?.slice(1, -1)
    return textsOf(Principal).map((principal) => ({
      ...{ type: 'AWS::Lambda::Permission', arn },
      properties: jsonOf({
        ...{ FunctionName: arn, Principal: principal, Action: textsOf(Action)[0] },
        ...{ SourceArn: value('aws:SourceArn'), SourceAccount: value('aws:SourceAccount') },
        PrincipalOrgID: value('aws:PrincipalOrgID'),
        PolicyBytes: Buffer.byteLength(answer?.Policy ?? ''),
        FunctionUrlAuthType: value('lambda:FunctionUrlAuthType'),
      }),
    }))
  })
}

/** A text, a list of them, or a mapping to either. */
function textsOf(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value as JsonObject).flatMap(textsOf)
}

async function destinations({ inquiry, sdk, client }: Asked, name: string, arn: string) {
  const configs = await inquiry.all(
    'lambda:ListFunctionEventInvokeConfigs',
    `the function ${name}`,
    (token) => {
      const input = { FunctionName: name, Marker: token }
      return client.send(new sdk.ListFunctionEventInvokeConfigsCommand(input), inquiry.sent)
    },
    ({ FunctionEventInvokeConfigs = [], NextMarker }) => ({
      ...{ found: FunctionEventInvokeConfigs, next: NextMarker },
    }),
  )
  return configs.map(({ DestinationConfig }) => ({
    ...{ type: 'AWS::Lambda::EventInvokeConfig', arn },
    properties: jsonOf({ FunctionName: arn, DestinationConfig }),
  }))
}

function mapped(inquiry: Inquiry, mapping: EventSourceMappingConfiguration): Described {
  const { UUID = '', FunctionArn: FunctionName, State = '', ...more } = mapping
  const { EventSourceArn, FilterCriteria, DestinationConfig, ScalingConfig } = more
  const { MaximumRetryAttempts, MaximumRecordAgeInSeconds, ParallelizationFactor } = more
  const given = {
    ...{ FunctionName, EventSourceArn, FilterCriteria, DestinationConfig, ScalingConfig },
    ...{ MaximumRetryAttempts, MaximumRecordAgeInSeconds, ParallelizationFactor },
    SelfManagedEventSource: more.SelfManagedEventSource,
    Enabled: !/^Disabl/.test(State),
  }
  const arn = inquiry.arn('lambda', `event-source-mapping:${UUID}`)
  return { type: 'AWS::Lambda::EventSourceMapping', arn, properties: jsonOf(given) }
}
