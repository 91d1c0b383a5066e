import { topicActions, topicState } from '../aws/topic-state.js'
import { counted, countText } from '../stats/findings/phrases.js'
import type { LagKind, Measured } from './kind.js'
import { askedMinutes, spanOf, sumOf } from './minutes.js'
import type { TopicRow } from './result.js'

/** As SNS names them, in the order of {@link TopicRow}. */
const names = [
  'NumberOfMessagesPublished',
  'NumberOfNotificationsDelivered',
  'NumberOfNotificationsFailed',
  'NumberOfNotificationsFilteredOut',
  'NumberOfNotificationsRedrivenToDlq',
] as const

/** Topics: what was published and what became of it. */
export const topic: LagKind = {
  iamActions: [...topicActions, 'cloudwatch:GetMetricData'],
  async measure(address, asking): Promise<Measured> {
    const { name } = address
    const { subscriptions } = await topicState(address, asking.aws)
    const series = await asking.points(
      names.map((metric) => ({
        ...{ namespace: 'AWS/SNS', name: metric, dimensions: { TopicName: name } },
        statistic: 'Sum',
      })),
    )
    const minutes = askedMinutes(series, asking.fromMs)
    const [published, delivered, failed, filteredOut, deadLettered] = names.map((_, n) =>
      minutes === undefined ? null : sumOf(series[n], minutes),
    )
    const row: TopicRow = {
      ...{ source: asking.source, kind: 'topic', name, metrics: spanOf(minutes), subscriptions },
      ...{ published: published ?? null, delivered: delivered ?? null, failed: failed ?? null },
      ...{ filteredOut: filteredOut ?? null, deadLettered: deadLettered ?? null },
    }
    return { row, findings: findingsOf(row) }
  },
}

function findingsOf({ failed, delivered, deadLettered }: TopicRow): Measured['findings'] {
  if (!failed) return []
  const tried = failed + (delivered ?? 0)
  const kept = deadLettered
    ? `; ${countText(deadLettered)} of them went to a dead-letter queue`
    : '; none went to a dead-letter queue'
  const explain = `${countText(failed)} of ${counted(tried, 'delivery', 'deliveries')}`
  return [{ kind: 'failed', severity: 'fault', explain: `${explain} failed${kept}` }]
}
