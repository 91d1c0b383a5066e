import type { Graph } from '../graph.js'
import type { Finding, TopologyEdge } from '../model.js'
import { isBusToBus, REFUSAL } from '../refusal.js'
import { circularComponents } from './components.js'
import { type Flow, flowOf } from './flow.js'

/** Rules that send on to a third bus what a rule of another bus sent: EventBridge refuses that.
 * What comes round is a cycle, and found as that. */
export function thirdBuses(graph: Graph): Finding[] {
  if (!graph.topology.edges.some((edge) => isBusToBus(edge, graph.kindOf))) return []
  const isOnBus = (id: string) => /^(bus|rule)$/.test(graph.kindOf(id) ?? '')
  const isTaken = ({ from, to }: TopologyEdge) => isOnBus(from) && isOnBus(to)
  const flow = flowOf(graph.topology, isTaken, { isRefusedToo: true })
  const edges = new Set([...flow.refused].flatMap((n) => flow.edges[n] ?? []))
  for (const edge of circular(flow)) edges.delete(edge)
  return [...edges].map(({ from, to, facts }) => {
    const then = facts.hasDlq ? 'its dead-letter queue keeps it' : 'it is lost'
    const [bus = ''] = graph.in(from).flatMap((edge) => (edge.via === 'rule' ? edge.from : []))
    return {
      ...{ id: 'thirdBus', severity: 'warning', on: from },
      explanation:
        `${from} takes events that rules of other buses send to ${bus}, and sends them on to ` +
        `${to}: EventBridge refuses that (${REFUSAL}), and ${then}.`,
      fix:
        `send to ${to} from the bus where they are put; or let a function or pipe put them there ` +
        'anew',
      witnesses: [`${from} > ${to}`],
    }
  })
}

/** Refused steps of cycles. */
function circular(flow: Flow): TopologyEdge[] {
  return circularComponents(flow).flatMap((component) => {
    const inside = new Set(component)
    return component.flatMap((place) => {
      const [start = 0, end = 0] = flow.starts.subarray(place, place + 2)
      return flow.edges.slice(start, end).filter((_, n) => {
        return flow.refused.has(start + n) && inside.has(flow.ends[start + n] ?? -1)
      })
    })
  })
}
