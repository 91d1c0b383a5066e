import type { Graph } from '../graph.js'
import type { Finding, TopologyEdge } from '../model.js'
import { type Flow, flowOf } from './flow.js'

/** On which nothing goes that was sent as an event. */
const isOther: ReadonlySet<TopologyEdge['via']> = new Set([
  ...(['dlq', 'redrive', 'failure', 'logs', 'archive'] as const),
])

/** Consumers of events that were seen to call who sent them: they wait for each other, fail
 * together, and the producer has to know its consumers after all. */
export function callsBack(graph: Graph): Finding[] {
  const { calls = [] } = graph.topology
  if (calls.length === 0) return []
  const flow = flowOf(graph.topology, ({ via }) => !isOther.has(via))
  return calls.flatMap(({ from, to, count }) => {
    return workersNamed(graph, from).flatMap((consumer) =>
      workersNamed(graph, to).flatMap((producer): Finding[] => {
        const way = consumer === producer ? undefined : wayBetween(flow, producer, consumer)
        if (way === undefined) return []
        const times = `${count.toLocaleString('en')} ${count === 1 ? 'time' : 'times'}`
        return [
          {
            ...{ id: 'consumerCallsBack', severity: 'warning', on: consumer },
            explanation:
              `${consumer} gets what ${producer} sends (${way.join(' → ')}), and called it back ` +
              `${times} in the last six hours, of what X-Ray sampled: where ${producer} is slow ` +
              'or down, its events cannot be worked off, and many events are many calls at once.',
            fix:
              'put into the event what the consumer asks for; or let it keep a copy of its own, ' +
              'made of events',
            witnesses: way,
          },
        ]
      }),
    )
  })
}

/** Functions, tasks and producers that X-Ray means by a name. */
function workersNamed(graph: Graph, name: string): string[] {
  return graph.topology.nodes
    .filter(({ kind }) => kind === 'function' || kind === 'task' || kind === 'producer')
    .filter((node) => node.name === name || node.name.startsWith(`${name}@`))
    .map(({ id }) => id)
}

/** The nodes of a shortest way on which events get from one to the other. */
function wayBetween(flow: Flow, from: string, to: string): string[] | undefined {
  const before = new Map<number, number>()
  const todo = flow.places.flatMap(({ id }, place) => (id === from ? [place] : []))
  for (const place of todo) before.set(place, -1)
  for (const place of todo) {
    if (flow.places[place]?.id === to) return wayTo(place, before, flow)
    for (let n = flow.starts[place] ?? 0; n < (flow.starts[place + 1] ?? 0); n++) {
      const next = flow.ends[n] ?? 0
      if (before.has(next)) continue
      before.set(next, place)
      todo.push(next)
    }
  }
  return undefined
}

function wayTo(end: number, before: ReadonlyMap<number, number>, flow: Flow): string[] {
  const way: string[] = []
  for (let at = end; at >= 0; at = before.get(at) ?? -1) way.push(flow.places[at]?.id ?? '')
  return way.reverse()
}
