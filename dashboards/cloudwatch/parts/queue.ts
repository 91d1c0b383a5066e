import type { TopologyNode } from '../../../src/topology/model.js'
import type { Graph, StaticAlarm } from '../graph.js'
import {
  type Around,
  happens,
  isDeadLetterQueue,
  lengthS,
  metricsOf,
  type Part,
  spanText,
} from '../part.js'

const RETENTION_S = 345_600
/** Of how long a queue keeps messages: then there is time left to act. */
const LOSS_SHARE = 0.8
const BACKLOG_SHARE = 0.5

export const queue: Part = {
  kind: 'queue',
  word: 'queue',
  graphs(node, around) {
    const isDead = isDeadLetterQueue(node, around)
    return [ageGraph(node, around, isDead), depthGraph(node, around, isDead), flow(node, around)]
  },
  commands: (name) => [['evt', 'lag', `sqs://${name}`]],
  runbook: [
    'Age grows and messages are in flight: the consumer fails or is slow. Look at its errors.',
    'Age grows and nothing is in flight: nobody reads.',
    'A message that is as old as the retention is deleted, and nobody is told.',
    'Messages in a dead-letter queue: repair the consumer first, then redrive.',
  ],
}

const of = (node: TopologyNode, { names }: Around) =>
  metricsOf('AWS/SQS', [['QueueName', names.of(node)]])

/** Of the retention, where a message may have waited as long as that before it came. */
const LEAST_LEFT = 0.2

/** How long a message is kept from when it came. A standard queue counts from when it was sent to
 * the queue that gave it up, while CloudWatch counts its age from when it came. */
function keptHereS({ id, facts }: TopologyNode, { wiring }: Around, retentionS: number): number {
  if (facts.isFifo === true) return retentionS
  const before = wiring.in(id).flatMap(({ via, from }) => {
    const queue = via === 'redrive' ? wiring.node(from) : undefined
    return queue ? [lengthS(queue.facts.retentionS) ?? RETENTION_S] : []
  })
  return Math.max(retentionS - Math.max(0, ...before), retentionS * LEAST_LEFT)
}

function ageGraph(node: TopologyNode, around: Around, isDead: boolean): Graph {
  const retentionS = lengthS(node.facts.retentionS) ?? RETENTION_S
  const hereS = keptHereS(node, around, retentionS)
  const age = of(node, around)('ApproximateAgeOfOldestMessage', 'Maximum', 'age of the oldest')
  const older = (what: string, share: number): Omit<StaticAlarm, 'explain'> => ({
    ...{ kind: 'static', what, series: age, operator: 'GreaterThanOrEqualToThreshold' },
    ...{ threshold: Math.floor(share * hereS), periodS: 300, missing: 'notBreaching' },
    ...{ datapoints: 3, periods: 5 },
  })
  const since = hereS < retentionS ? ' from when it was first sent' : ''
  const kept = `${spanText(retentionS)}${since}`
  return {
    title: 'Age of the oldest message, and when it is lost',
    ...{ series: [age], periodS: 300, unit: 's' },
    lines: [{ value: Math.floor(hereS), label: `lost: kept for ${kept}` }],
    alarms: [
      {
        ...older('loss', LOSS_SHARE),
        ...{ datapoints: 1, periods: 1 },
        explain: `the oldest message is lost soon: it is kept for ${kept}`,
      },
      // What lies in a dead-letter queue waits for somebody anyway.
      ...(isDead
        ? []
        : [
            {
              ...older('backlog', BACKLOG_SHARE),
              explain: `the oldest message has waited for half of the ${kept} that it is kept`,
            },
          ]),
    ],
  }
}

function depthGraph(node: TopologyNode, around: Around, isDead: boolean): Graph {
  const metric = of(node, around)
  const visible = metric('ApproximateNumberOfMessagesVisible', 'Maximum', 'waiting')
  const inFlight = metric('ApproximateNumberOfMessagesNotVisible', 'Maximum', 'in flight')
  return {
    title: isDead ? 'Dead letters' : 'Messages waiting and in flight',
    ...{ series: [visible, inFlight], periodS: 60, unit: 'messages' },
    alarms: isDead
      ? [happens('deadLetters', visible, 'messages could not be processed', [1, 1])]
      : [],
  }
}

function flow(node: TopologyNode, around: Around): Graph {
  const metric = of(node, around)
  const sent = metric('NumberOfMessagesSent', 'Sum', 'sent')
  const deleted = metric('NumberOfMessagesDeleted', 'Sum', 'deleted')
  const visible = metric('ApproximateNumberOfMessagesVisible', 'Maximum', 'waiting')
  // Below the axis while it grows: then it is never empty.
  const drain = 'IF(m2 > m1, m3 * PERIOD(m3) / (m2 - m1) / 60, -1)'
  const doubles = metric('NumberOfDeduplicatedSentMessages', 'Sum', 'sent twice, dropped')
  return {
    title: 'Sent and deleted, and minutes until it is empty',
    series: [
      ...[sent, deleted],
      ...(node.facts.isFifo === true ? [doubles] : []),
      { expression: drain, label: 'minutes until it is empty', of: [sent, deleted, visible] },
    ],
    ...{ periodS: 60, unit: 'messages, min', alarms: [] },
  }
}
