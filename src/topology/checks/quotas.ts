import type { Graph } from '../graph.js'
import type { EdgeKind, Finding, NodeKind, TopologyEdge } from '../model.js'

interface Quota {
  readonly kind: NodeKind
  readonly via: EdgeKind
  readonly most: number
  readonly what: string
  /** Counts only such edges. */
  readonly isCounted?: (edge: TopologyEdge) => boolean
}

const hasFilter = ({ when }: TopologyEdge) => when !== null

/** Quotas as they are until AWS raises them. Those that are exceeded are found by others. */
const quotas: readonly Quota[] = [
  { kind: 'bus', via: 'rule', most: 300, what: 'rules' },
  {
    ...{ kind: 'topic', via: 'subscription', most: 200, what: 'subscriptions with filters' },
    isCounted: hasFilter,
  },
  { kind: 'stream', via: 'consumer', most: 20, what: 'consumers' },
]
/** A part of a quota from which on its end is near. */
const NEAR = 0.8

/** What can hardly grow any more. */
export function nearQuotas(graph: Graph): Finding[] {
  return quotas.flatMap(({ kind, via, most, what, isCounted = () => true }) => {
    return graph.declared(kind).flatMap(({ id }): Finding[] => {
      const ways = graph.out(id).filter((edge) => edge.via === via && isCounted(edge))
      const count = new Set(ways.map((edge) => JSON.stringify([edge.to, edge.when]))).size
      if (count < most * NEAR || count > most) return []
      return [
        {
          ...{ id: 'quotaNear', severity: 'note', on: id, witnesses: [id] },
          explanation: `${id} has ${count} ${what} of the ${most} that AWS allows at first.`,
          fix: 'have the quota raised before it is needed, or divide them',
        },
      ]
    })
  })
}
