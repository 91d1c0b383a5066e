import type { EventBridgeClient, EventBus, Rule } from '@aws-sdk/client-eventbridge'
import { type Described, type Inquiry, type Inventory, jsonOf, statementsOf } from './inquiry.js'

type Sdk = typeof import('@aws-sdk/client-eventbridge')

const MOST_A_PAGE = 100

/** Buses with their rules and targets, archives, API destinations. */
export const buses: Inventory = {
  service: 'events',
  actions: [
    ...['events:ListEventBuses', 'events:DescribeEventBus', 'events:ListRules'],
    ...['events:ListTargetsByRule', 'events:ListArchives', 'events:DescribeArchive'],
    'events:ListApiDestinations',
  ],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-eventbridge')
    return inquiry.using(new sdk.EventBridgeClient(inquiry.settings()), async (client) => {
      const listed = await inquiry.all(
        'events:ListEventBuses',
        'the buses',
        (token) =>
          client.send(new sdk.ListEventBusesCommand({ Limit: MOST_A_PAGE, NextToken: token }), {
            ...inquiry.sent,
          }),
        ({ EventBuses = [], NextToken }) => ({ found: EventBuses, next: NextToken }),
      )
      const asked = { inquiry, sdk, client }
      const found = await inquiry.each(listed, (bus) => ofBus(asked, bus))
      const listedRules = await inquiry.each(listed, (bus) => rulesOf(asked, bus))
      const rules = await inquiry.each(listedRules, (rule) => ofRule(asked, rule))
      return [...found, ...rules, ...(await archives(asked)), ...(await destinations(asked))]
    })
  },
}

interface Asked {
  readonly inquiry: Inquiry
  readonly sdk: Sdk
  readonly client: EventBridgeClient
}

async function ofBus({ inquiry, sdk, client }: Asked, bus: EventBus): Promise<Described[]> {
  const { Name = '', Arn: arn = '', Policy } = bus
  const described = await inquiry.ask('events:DescribeEventBus', `the bus ${Name}`, () =>
    client.send(new sdk.DescribeEventBusCommand({ Name }), inquiry.sent),
  )
  const DeadLetterConfig = described?.DeadLetterConfig
  const statements = statementsOf(Policy)
  const found: Described[] = [
    { type: 'AWS::Events::EventBus', arn, properties: jsonOf({ Name, DeadLetterConfig }) },
  ]
  if (statements.length > 0) {
    const given = jsonOf({ EventBusName: arn, Statement: statements })
    found.push({ type: 'AWS::Events::EventBusPolicy', arn, properties: given })
  }
  return found
}

function rulesOf({ inquiry, sdk, client }: Asked, { Name = '' }: EventBus): Promise<Rule[]> {
  return inquiry.all(
    'events:ListRules',
    `the bus ${Name}`,
    (token) => {
      const input = { EventBusName: Name, Limit: MOST_A_PAGE, NextToken: token }
      return client.send(new sdk.ListRulesCommand(input), inquiry.sent)
    },
    ({ Rules = [], NextToken }) => ({ found: Rules.filter(isOwn), next: NextToken }),
  )
}

/** An archive has a rule of AWS's own that fills it. */
function isOwn({ ManagedBy: by }: Rule): boolean {
  return by !== 'prod.vhs.events.aws.internal'
}

async function ofRule({ inquiry, sdk, client }: Asked, rule: Rule): Promise<Described[]> {
  const { Name = '', Arn: arn = '', EventBusName, State, EventPattern, ScheduleExpression } = rule
  const Targets = await inquiry.all(
    'events:ListTargetsByRule',
    `the rule ${Name}`,
    (token) => {
      const input = { Rule: Name, EventBusName, Limit: MOST_A_PAGE, NextToken: token }
      return client.send(new sdk.ListTargetsByRuleCommand(input), inquiry.sent)
    },
    ({ Targets = [], NextToken }) => ({ found: Targets, next: NextToken }),
  )
  const given = { Name, EventBusName, State, EventPattern, ScheduleExpression, Targets }
  return [{ type: 'AWS::Events::Rule', arn, properties: jsonOf(given) }]
}

async function archives({ inquiry, sdk, client }: Asked): Promise<Described[]> {
  const listed = await inquiry.all(
    'events:ListArchives',
    'the archives',
    (token) => {
      const input = { Limit: MOST_A_PAGE, NextToken: token }
      return client.send(new sdk.ListArchivesCommand(input), inquiry.sent)
    },
    ({ Archives = [], NextToken }) => ({ found: Archives, next: NextToken }),
  )
  return inquiry.each(listed, async ({ ArchiveName = '', EventSourceArn: SourceArn }) => {
    const described = await inquiry.ask(
      'events:DescribeArchive',
      `the archive ${ArchiveName}`,
      () => client.send(new sdk.DescribeArchiveCommand({ ArchiveName }), inquiry.sent),
    )
    const arn = described?.ArchiveArn ?? inquiry.arn('events', `archive/${ArchiveName}`)
    const EventPattern = described?.EventPattern
    const given = jsonOf({ ArchiveName, SourceArn, EventPattern })
    return [{ type: 'AWS::Events::Archive', arn, properties: given }]
  })
}

async function destinations({ inquiry, sdk, client }: Asked): Promise<Described[]> {
  const listed = await inquiry.all(
    'events:ListApiDestinations',
    'the API destinations',
    (token) => {
      const input = { Limit: MOST_A_PAGE, NextToken: token }
      return client.send(new sdk.ListApiDestinationsCommand(input), inquiry.sent)
    },
    ({ ApiDestinations = [], NextToken }) => ({ found: ApiDestinations, next: NextToken }),
  )
  return listed.map(({ Name = '', ApiDestinationArn: arn = '' }) => ({
    ...{ type: 'AWS::Events::ApiDestination', arn, properties: jsonOf({ Name }) },
  }))
}
