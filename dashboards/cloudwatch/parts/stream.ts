import type { TopologyNode } from '../../../src/topology/model.js'
import { safeText } from '../../../src/ui/safe-text.js'
import type { Graph, Metric, StaticAlarm } from '../graph.js'
import {
  type Around,
  happens,
  metricsOf,
  onceMore,
  type Part,
  spanText,
  streamRetentionS,
} from '../part.js'

export const stream: Part = {
  kind: 'stream',
  word: 'stream',
  graphs(node, around) {
    const metric = metricsOf('AWS/Kinesis', [['StreamName', around.names.of(node)]])
    const age = metric('GetRecords.IteratorAgeMilliseconds', 'Maximum', 'polling consumers')
    const throttled = metric('WriteProvisionedThroughputExceeded', 'Sum', 'writes throttled')
    return [
      readersGraph(node, around, age),
      {
        title: 'Records in, and read',
        series: [
          metric('IncomingRecords', 'Sum', 'in'),
          metric('GetRecords.Records', 'Sum', 'read'),
        ],
        ...{ periodS: 60, unit: 'records', alarms: [] },
      },
      {
        title: 'Throttled',
        series: [throttled, metric('ReadProvisionedThroughputExceeded', 'Sum', 'reads throttled')],
        ...{ periodS: 60, unit: 'calls' },
        alarms: [happens('writesThrottled', throttled, 'producers are throttled', [5, 10])],
      },
    ]
  },
  commands: (name) => [
    ['evt', 'lag', `kinesis://${name}`],
    ['evt', 'tail', `kinesis://${name}`],
  ],
  runbook: [
    'Iterator age grows: a consumer fails on one record and tries it again, or is too slow.',
    'Iterator age that reaches the retention: records are lost unread.',
    'Writes throttled: too few shards, or keys that all go to one.',
  ],
}

/** How far readers are behind, against how long a record is kept. */
function readersGraph(node: TopologyNode, around: Around, age: Metric): Graph {
  const consumers = around.wiring.out(node.id).flatMap(({ via, to }) => {
    const consumer = via === 'consumer' ? around.wiring.node(to) : undefined
    return consumer ? [ofConsumer(node, consumer, around)] : []
  })
  const taken = new Set<string>()
  // Each has throughput of its own, and what one of them does not read is lost to it alone.
  const own = consumers.map((series) => ({
    ...lossAlarm('loss', series, node),
    of: onceMore(series.label ?? '', taken),
  }))
  return {
    title: 'How far readers are behind, and when records are lost',
    ...{ series: [age, ...consumers], periodS: 60, unit: 'ms' },
    lines: [keptLine(node)],
    alarms: [lossAlarm('loss', age, node), ...own],
  }
}

function ofConsumer(node: TopologyNode, consumer: TopologyNode, { names }: Around): Metric {
  const dimensions = [
    ['StreamName', names.of(node)],
    ['ConsumerName', names.of(consumer)],
  ] as const
  const metric = metricsOf('AWS/Kinesis', dimensions)
  const label = safeText(consumer.name)
  return metric('SubscribeToShardEvent.MillisBehindLatest', 'Maximum', label)
}

export function keptLine(node: TopologyNode) {
  const seconds = streamRetentionS(node)
  return { value: seconds * 1_000, label: `lost: kept for ${spanText(seconds)}` }
}

/** Half of the time that a record is kept has passed before it was read. */
export function lossAlarm(what: string, series: Metric, source: TopologyNode): StaticAlarm {
  const seconds = streamRetentionS(source)
  const kept = spanText(seconds)
  return {
    ...{ kind: 'static', what, series, operator: 'GreaterThanOrEqualToThreshold' },
    ...{ threshold: seconds * 500, datapoints: 3, periods: 5, missing: 'notBreaching' },
    explain: `readers are half of the ${kept} behind that records are kept, then they are lost`,
  }
}
