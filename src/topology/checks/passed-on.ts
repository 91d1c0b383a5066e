import type { Graph } from '../graph.js'
import { areApart } from '../meeting.js'
import type { EdgeKind, Finding, NodeKind, PassedOn } from '../model.js'

/** On which something goes on by itself. */
const onward: ReadonlySet<EdgeKind> = new Set([
  ...(['target', 'subscription', 'mapping', 'source', 'stream', 'consumer'] as const),
])
/** Who sends an event of its own. */
const workers: ReadonlySet<NodeKind> = new Set(['function', 'task', 'stateMachine', 'pipe'])

/** Who only passes events on: what goes out says what came in. */
export function passedOn(graph: Graph): Finding[] {
  const { observed } = graph.topology
  return (observed?.passedOn ?? []).flatMap((one): Finding[] => {
    const between = workersBetween(graph, one)
    const only = between.length === 1 ? between[0] : undefined
    // A pipe is what should do it.
    if (only?.startsWith('pipe:')) return []
    const on = only ?? `producer:${one.to.source}`
    const [from, to] = [one.from, one.to].map(({ source, type }) => `${type} of ${source}`)
    const which = one.count === one.of ? `all ${one.of}` : `${one.count} of ${one.of}`
    return [
      {
        ...{ id: 'onlyPassesOn', severity: 'note', on },
        explanation:
          `${which} ${to} have the payload of ${from} before them, but for times and ids: ` +
          `${on} seems only to pass it on.`,
        fix:
          'let the consumers take the first event, or a pipe send it on with another source and ' +
          'type, without code to run; leave it where the sender does something else as well',
        witnesses: [`${one.from.source} ${one.from.type}`, `${one.to.source} ${one.to.type}`],
      },
    ]
  })
}

/** Who is wired to get the one and may send the other. */
function workersBetween(graph: Graph, { from, to }: PassedOn): string[] {
  const fieldsOf = ({ source, type }: PassedOn['from']) => {
    return { source: [source], 'detail-type': [type] }
  }
  const taken = graph.topology.edges.filter((edge) => {
    return edge.via === 'rule' && !areApart(fieldsOf(from), edge.when)
  })
  const open = [...new Set(taken.map((edge) => edge.to))]
  const seen = new Set(open)
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const kind = graph.node(id)?.kind ?? 'unknown'
    if (kind === 'bus' || (workers.has(kind) && kind !== 'pipe')) continue
    for (const edge of graph.out(id)) {
      if (!onward.has(edge.via) || seen.has(edge.to)) continue
      seen.add(edge.to)
      open.push(edge.to)
    }
  }
  return [...seen].filter((id) => {
    if (!workers.has(graph.node(id)?.kind ?? 'unknown')) return false
    return graph.out(id).some((edge) => {
      return graph.node(edge.to)?.kind === 'bus' && !areApart(fieldsOf(to), edge.sends)
    })
  })
}
