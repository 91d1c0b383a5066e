import type { JsonObject, JsonValue } from '../../event/event.js'
import { type Inventory, jsonOf } from './inquiry.js'

const MOST_A_PAGE = 1_000

/** Rules of IoT, with whom they send to. */
export const iotRules: Inventory = {
  service: 'iot',
  actions: ['iot:ListTopicRules', 'iot:GetTopicRule'],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-iot')
    return inquiry.using(new sdk.IoTClient(inquiry.settings()), async (client) => {
      const listed = await inquiry.all(
        'iot:ListTopicRules',
        'the rules of IoT',
        (token) => {
          const input = { maxResults: MOST_A_PAGE, nextToken: token }
          return client.send(new sdk.ListTopicRulesCommand(input), inquiry.sent)
        },
        ({ rules = [], nextToken }) => ({ found: rules, next: nextToken }),
      )
      return inquiry.each(listed, async ({ ruleName = '', ruleArn }) => {
        const answer = await inquiry.ask('iot:GetTopicRule', `the rule ${ruleName} of IoT`, () =>
          client.send(new sdk.GetTopicRuleCommand({ ruleName }), inquiry.sent),
        )
        const { actions, errorAction } = answer?.rule ?? {}
        const payload = jsonOf({ actions: actions ?? [], errorAction: errorAction ?? {} })
        const arn = ruleArn ?? inquiry.arn('iot', `rule/${ruleName}`)
        const given = { RuleName: ruleName, TopicRulePayload: capitalised(payload) }
        return [{ type: 'AWS::IoT::TopicRule', arn, properties: jsonOf(given) }]
      })
    })
  },
}

/** Names as templates have them: `queueUrl` is `QueueUrl` there. */
function capitalised(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(capitalised)
  if (typeof value !== 'object' || value === null) return value
  const named = Object.entries(value as JsonObject).map(([name, inner]) => {
    const known = name === 'dynamoDB' ? 'DynamoDB' : name.charAt(0).toUpperCase() + name.slice(1)
    return [known, capitalised(inner)] as const
  })
  return Object.fromEntries(named)
}
