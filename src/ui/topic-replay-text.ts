import type { TopicReplayResult } from '../replay/topic-replay.js'
import { paragraphs } from './paragraphs.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { wrapped } from './wrapped.js'

const INDENT = 9

/** What SNS is about to replay, and to whom. */
export function topicPlanText(plan: TopicReplayResult, style: TextStyle): string {
  const { topic, subscription, since, warnings } = plan
  const lines = [
    ['from', `the topic ${topic.arn.split(':')[5]}, which keeps ${topic.retentionDays} days`],
    ['to', `${subscription.protocol} ${subscription.endpoint}`],
    ['since', since],
    ['mark', 'the attribute Replayed'],
  ].map(([label = '', text = '']) => `${label.padEnd(INDENT)}${safeText(text)}`)
  const told = warnings.flatMap(({ explain }) => {
    const [first = '', ...rest] = wrapped(safeText(explain), style.width - 2)
    return [`! ${first}`, ...rest.map((line) => `  ${line}`)]
  })
  return paragraphs([lines, told], style)
}

/** How it ended. */
export function topicReplayedText(
  { subscription }: TopicReplayResult,
  status: string,
  style: TextStyle,
): string {
  const text = `the replay to ${subscription.endpoint} is ${status.toLowerCase()}`
  return paragraphs([[safeText(text)]], style)
}
