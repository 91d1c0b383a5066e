import type { TopologyNode } from '../../../src/topology/model.js'
import { safeText } from '../../../src/ui/safe-text.js'
import type { Dimensions, Graph } from '../graph.js'
import { type Around, happens, metricsOf, onceMore, type Part } from '../part.js'

export const bus: Part = {
  kind: 'bus',
  word: 'event bus',
  graphs(node, around) {
    const rules = rulesOf(node, around)
    const taken = new Set<string>()
    return rules.flatMap((rule) => {
      const of = onceMore(safeText(rule.name), taken)
      return ruleGraphs(of, dimensionsOf(rule, node, around))
    })
  },
  commands: (name) => [['evt', 'tail', `eventbridge://${name}`]],
  runbook: [
    'Failed invocations: the target refused for good (permission, size, a target that is gone).',
    'Sent to a dead-letter queue: EventBridge gave up after its retries. Look there for why.',
    'Latency to the start grows: targets throttle, and EventBridge retries for up to 24 h.',
    'Fewer events than usual: look at the producers and at the pattern of the rule.',
  ],
}

function rulesOf({ id }: TopologyNode, { wiring }: Around): TopologyNode[] {
  const edges = wiring.out(id).filter(({ via }) => via === 'rule')
  return edges.flatMap(({ to }) => wiring.node(to) ?? [])
}

/** Rules of the default bus have no bus among their dimensions. */
function dimensionsOf(rule: TopologyNode, ofBus: TopologyNode, { names }: Around): Dimensions {
  const own = ['RuleName', names.of(rule)] as const
  return ofBus.name === 'default' ? [own] : [['EventBusName', names.of(ofBus)], own]
}

function ruleGraphs(of: string, dimensions: Dimensions): Graph[] {
  const name = `the rule ${of}`
  const metric = metricsOf('AWS/Events', dimensions)
  const failed = metric('FailedInvocations', 'Sum', 'failed for good')
  const dead = metric('InvocationsSentToDlq', 'Sum', 'to the dead-letter queue')
  const lost = metric('InvocationsFailedToBeSentToDlq', 'Sum', 'lost on the way there')
  const throttled = metric('ThrottledRules', 'Sum', 'throttled')
  const latency = (stat: string) => metric('IngestionToInvocationStartLatency', stat, stat)
  return [
    {
      title: `${of}: matched and invoked`,
      series: [metric('MatchedEvents', 'Sum', 'matched'), metric('Invocations', 'Sum', 'invoked')],
      ...{ periodS: 60, unit: 'events', alarms: [] },
    },
    {
      title: `${of}: what was not delivered`,
      ...{ series: [failed, dead, lost, throttled], periodS: 60, unit: 'events' },
      alarms: [
        { ...happens('failed', failed, `targets of ${name} refuse events`, [3, 5]), of },
        { ...happens('lost', lost, `events of ${name} are lost: its DLQ fails`, [1, 1]), of },
        { ...happens('throttled', throttled, `${name} is throttled`, [3, 5]), of },
      ],
    },
    {
      title: `${of}: from the bus to the target`,
      ...{ series: ['p50', 'p99'].map(latency), periodS: 60, unit: 'ms', alarms: [] },
    },
  ]
}
