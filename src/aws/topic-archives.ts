import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** What a FIFO topic keeps of what was published. */
export interface TopicArchive {
  /** Null where it keeps nothing. */
  readonly retentionDays: number | null
  /** What was published before cannot be replayed. */
  readonly beginsMs: number | null
}

/** What is replayed to a subscription, as SNS tells it. */
interface TopicReplay {
  /** `Pending`, `In progress`, `Completed` or `Failed`; null where nothing was ever replayed. */
  readonly status: string | null
  /** As JSON. */
  readonly policy: string | null
  readonly filterPolicy: string | null
}

/** Archives of FIFO topics, and replays of them; each call throws an EvtError that says what
 * failed. */
export interface TopicArchives {
  archive(topicArn: string): Promise<TopicArchive>
  replay(subscriptionArn: string): Promise<TopicReplay>
  start(subscriptionArn: string, fromMs: number): Promise<void>
  close(): void
}

const actions = [
  ...['sns:GetTopicAttributes', 'sns:ListSubscriptionsByTopic'],
  ...['sns:GetSubscriptionAttributes', 'sns:SetSubscriptionAttributes'],
]

/** @param options.signal ends every call */
export async function openTopicArchives(
  options: AwsOptions & { readonly signal: AbortSignal },
): Promise<TopicArchives> {
  const sdk = await import('@aws-sdk/client-sns')
  const client = new sdk.SNSClient(clientSettings(options))
  const { signal } = options
  const { region } = client.config
  const failed =
    (action: string, on: string) =>
    async (error: unknown): Promise<never> => {
      throw await awsFailure(error, { action, on, region, needs: actions, signal })
    }
  const cut = { abortSignal: signal }
  return {
    async archive(topicArn) {
      const command = new sdk.GetTopicAttributesCommand({ TopicArn: topicArn })
      const onFailure = failed('sns:GetTopicAttributes', `the topic ${topicArn.split(':')[5]}`)
      const { Attributes = {} } = await client.send(command, cut).catch(onFailure)
      const begins = Date.parse(Attributes['BeginningArchiveTime'] ?? '')
      return {
        retentionDays: retentionIn(Attributes['ArchivePolicy']),
        beginsMs: Number.isNaN(begins) ? null : begins,
      }
    },
    async replay(subscriptionArn) {
      const command = new sdk.GetSubscriptionAttributesCommand({ SubscriptionArn: subscriptionArn })
      const onFailure = failed('sns:GetSubscriptionAttributes', subscriptionArn)
      const { Attributes = {} } = await client.send(command, cut).catch(onFailure)
      return {
        status: Attributes['ReplayStatus'] || null,
        policy: Attributes['ReplayPolicy'] || null,
        filterPolicy: Attributes['FilterPolicy'] || null,
      }
    },
    async start(subscriptionArn, fromMs) {
      const policy = { PointType: 'Timestamp', StartingPoint: new Date(fromMs).toISOString() }
      const command = new sdk.SetSubscriptionAttributesCommand({
        ...{ SubscriptionArn: subscriptionArn, AttributeName: 'ReplayPolicy' },
        AttributeValue: JSON.stringify(policy),
      })
      await client
        .send(command, cut)
        .catch(failed('sns:SetSubscriptionAttributes', subscriptionArn))
    },
    close: () => client.destroy(),
  }
}

/** In days; null where nothing is kept. */
function retentionIn(policy: string | undefined): number | null {
  const [, days] = /"MessageRetentionPeriod"\s*:\s*"?(\d+)/.exec(policy ?? '') ?? []
  return Number(days) || null
}
