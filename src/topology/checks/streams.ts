import type { Graph } from '../graph.js'
import type { Finding, TopologyEdge, TopologyNode } from '../model.js'

/** Calls of GetRecords that a shard answers in a second; Lambda and pipes make one each. */
const MOST_POLLERS = 5
/** Readers that a shard of a table's stream bears. */
const MOST_TABLE_READERS = 2
const MOST_CONSUMERS = 20

export function streams(graph: Graph): Finding[] {
  return [
    ...graph
      .declared('stream')
      .flatMap((stream) => [
        ...tooManyPollers(graph, stream, MOST_POLLERS),
        ...tooManyConsumers(graph, stream),
        ...graph.out(stream.id).flatMap((edge) => endless(graph, edge)),
        ...graph.out(stream.id).flatMap((edge) => throttled(graph, stream, edge)),
      ]),
    ...graph
      .declared('table')
      .flatMap((table) => [
        ...tooManyPollers(graph, table, MOST_TABLE_READERS),
        ...graph.out(table.id).flatMap((edge) => endless(graph, edge)),
      ]),
    ...graph.declared('consumer').flatMap(({ id }) => {
      return graph.out(id).flatMap((edge) => endless(graph, edge))
    }),
  ]
}

function tooManyPollers(graph: Graph, { id }: TopologyNode, most: number): Finding[] {
  const pollers = graph.out(id).filter(({ via, facts }) => {
    return (via === 'mapping' || via === 'source') && !facts.isDisabled
  })
  if (pollers.length <= most) return []
  return [
    {
      ...{ id: 'tooManyPollers', severity: 'warning', on: id },
      explanation:
        `${pollers.length} poll ${id}, and a shard of it bears ${most}: they throttle each other ` +
        'and fall behind.',
      fix: id.startsWith('stream:')
        ? 'register consumers of their own throughput (enhanced fan-out) for some of them'
        : 'let one function read the stream and send on what the others want',
      witnesses: pollers.map(({ to }) => to),
    },
  ]
}

function tooManyConsumers(graph: Graph, { id }: TopologyNode): Finding[] {
  const consumers = graph.out(id).filter(({ via }) => via === 'consumer')
  if (consumers.length <= MOST_CONSUMERS) return []
  return [
    {
      ...{ id: 'tooManyConsumers', severity: 'error', on: id },
      explanation: `${id} has ${consumers.length} consumers; a stream takes ${MOST_CONSUMERS}.`,
      fix: 'let some of them poll, or read what others send on',
      witnesses: consumers.map(({ to }) => to),
    },
  ]
}

/** A record that fails holds up its shard until it is too old, unless something ends the tries. */
function endless(graph: Graph, { from, to, via, facts }: TopologyEdge): Finding[] {
  const isFunction = graph.node(to)?.kind === 'function'
  if (via !== 'mapping' || !isFunction || facts.isDisabled) return []
  if (facts.hasRetryLimit !== false) return []
  return [
    {
      ...{ id: 'shardBlocked', severity: 'warning', on: to },
      explanation:
        `one record of ${from} that ${to} cannot work off holds up its shard until it is too ` +
        'old: the mapping tries for ever.',
      fix: 'set MaximumRetryAttempts or MaximumRecordAgeInSeconds, and a destination OnFailure',
      witnesses: [`${from} > ${to}`],
    },
  ]
}

/** Lambda runs a function for each shard as often at once as the factor says. */
function throttled(graph: Graph, { id, facts }: TopologyNode, edge: TopologyEdge): Finding[] {
  const reserved = graph.node(edge.to)?.facts.reservedConcurrency
  const { parallelizationFactor: factor = 1, isDisabled } = edge.facts
  if (edge.via !== 'mapping' || isDisabled || reserved === undefined) return []
  const wanted = (facts.shards ?? 1) * factor
  if (wanted <= reserved) return []
  return [
    {
      ...{ id: 'pollersThrottled', severity: 'warning', on: edge.to },
      explanation:
        `${id} has ${facts.shards ?? 1} shards, ParallelizationFactor is ${factor}: ${wanted} of ` +
        `${edge.to} want to run at once, and ${reserved} are reserved: shards wait and fall ` +
        'behind.',
      fix: `reserve ${wanted} or more, or lower ParallelizationFactor`,
      witnesses: [`${id} > ${edge.to}`],
    },
  ]
}
