import type { TopologyNode } from '../../../src/topology/model.js'
import type { Graph } from '../graph.js'
import {
  type Around,
  happens,
  lengthS,
  metricsOf,
  type Part,
  streamRetentionS,
  streamsOf,
} from '../part.js'
import { keptLine, lossAlarm } from './stream.js'

export const lambda: Part = {
  kind: 'function',
  word: 'function',
  graphs(node, around) {
    const metric = metricsOf('AWS/Lambda', [['FunctionName', around.names.of(node)]])
    return [
      outcomes(metric),
      durations(metric, node),
      unprocessed(metric),
      ...iteratorAge(metric, node, around),
    ]
  },
  commands: (name) => [['evt', 'tail', `logs:///aws/lambda/${name}`]],
  runbook: [
    'Errors: the newest message is in its log group. What it read comes again, up to its DLQ.',
    'Throttles: reserved or account concurrency is used up; queues receive in vain.',
    'Duration near the timeout: what is cut off there has no error of its own, and comes again.',
    'Recursive invocations dropped: it sends to what invokes it. evt topology check finds the way.',
  ],
}

type MetricOf = ReturnType<typeof metricsOf>

function outcomes(metric: MetricOf): Graph {
  const errors = metric('Errors', 'Sum', 'errors')
  const throttles = metric('Throttles', 'Sum', 'throttled')
  return {
    title: 'Invocations, errors, throttles',
    series: [metric('Invocations', 'Sum', 'invocations'), errors, throttles],
    ...{ periodS: 60, unit: 'invocations' },
    alarms: [
      happens('errors', errors, 'it fails in 3 of 5 minutes', [3, 5]),
      happens('throttles', throttles, 'it is throttled in 3 of 5 minutes', [3, 5]),
    ],
  }
}

/** Of the timeout: what takes longer is soon cut off. */
const SLOW_SHARE = 0.8

function durations(metric: MetricOf, { facts }: TopologyNode): Graph {
  const slow = metric('Duration', 'p99', 'p99')
  const timeoutS = lengthS(facts.timeoutS)
  return {
    title: 'Duration',
    series: [metric('Duration', 'p50', 'p50'), slow, metric('Duration', 'Maximum', 'max')],
    ...{ periodS: 60, unit: 'ms' },
    lines: timeoutS === undefined ? [] : [{ value: timeoutS * 1_000, label: 'timeout' }],
    alarms:
      timeoutS === undefined
        ? []
        : [
            {
              ...{ kind: 'static', what: 'slow', series: slow, missing: 'notBreaching' },
              operator: 'GreaterThanOrEqualToThreshold',
              ...{ threshold: Math.round(timeoutS * 1_000 * SLOW_SHARE) },
              ...{ datapoints: 3, periods: 5, isOfFew: true },
              explain: `1 of 100 invocations takes more than 80% of its timeout, ${timeoutS} s`,
            },
          ],
  }
}

function unprocessed(metric: MetricOf): Graph {
  const dropped = metric('AsyncEventsDropped', 'Sum', 'dropped')
  const deadLetters = metric('DeadLetterErrors', 'Sum', 'lost on the way to the DLQ')
  const destination = metric('DestinationDeliveryFailures', 'Sum', 'lost on the way on')
  const recursive = metric('RecursiveInvocationsDropped', 'Sum', 'recursive, stopped')
  const graphed = [dropped, deadLetters, destination, recursive]
  return {
    title: 'What was not processed, or goes round',
    ...{ series: graphed, periodS: 60, unit: 'events' },
    alarms: [
      happens('dropped', dropped, 'events were dropped without being processed', [1, 1]),
      happens('deadLettersLost', deadLetters, 'events are lost: its DLQ fails', [1, 1]),
      happens('recursion', recursive, 'Lambda stopped it because it invokes itself', [1, 1]),
    ],
  }
}

function iteratorAge(metric: MetricOf, node: TopologyNode, around: Around): Graph[] {
  // The metric is of all that it reads: what is kept for the shortest time is lost first.
  const [source] = streamsOf(node, around).sort((a, b) => streamRetentionS(a) - streamRetentionS(b))
  if (!source) return []
  const age = metric('IteratorAge', 'Maximum', 'age of what it read last')
  return [
    {
      title: 'How far it is behind its streams',
      ...{ series: [age], periodS: 60, unit: 'ms' },
      lines: [keptLine(source)],
      alarms: [lossAlarm('iteratorAge', age, source)],
    },
  ]
}
