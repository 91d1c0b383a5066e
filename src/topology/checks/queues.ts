import { isAction } from '../actions.js'
import type { Graph } from '../graph.js'
import type { EdgeKind, Finding, NodeKind, TopologyEdge, TopologyNode } from '../model.js'

/** How often the timeout of a function should fit into the visibility timeout of its queue. */
const TIMEOUTS = 6
/** Lambda begins with so many pollers of a standard queue, whatever the function may take. */
const FIRST_POLLERS = 5
const LEAST_RECEIVES = 5

/** Ways on which what could not be delivered comes to a queue. */
export const forFailures: ReadonlySet<EdgeKind> = new Set(['dlq', 'redrive', 'failure'])

export function queues(graph: Graph): Finding[] {
  return graph
    .declared('queue')
    .flatMap((queue) => [
      ...withoutReader(graph, queue),
      ...withoutDlq(graph, queue),
      ...ofRedrive(graph, queue),
      ...ofFifo(graph, queue),
      ...graph.out(queue.id).flatMap((edge) => ofMapping(graph, queue, edge)),
    ])
}

function readersOf(graph: Graph, queue: TopologyNode): TopologyEdge[] {
  return graph.out(queue.id).filter(({ via, facts }) => !forFailures.has(via) && !facts.isDisabled)
}

export function isForFailures(graph: Graph, queue: TopologyNode): boolean {
  const into = graph.in(queue.id)
  return into.length > 0 && into.every(({ via }) => forFailures.has(via))
}

function withoutReader(graph: Graph, queue: TopologyNode): Finding[] {
  if (readersOf(graph, queue).length > 0 || isForFailures(graph, queue)) return []
  const isRead = graph.topology.grants.some(({ on, actions }) => {
    return on === queue.id && actions.some((action) => isAction(action, 'sqs:ReceiveMessage'))
  })
  if (isRead) return []
  return [
    {
      ...{ id: 'queueWithoutReader', severity: 'warning', on: queue.id },
      explanation: `nobody here reads ${queue.id}: what is sent to it is lost when it gets old.`,
      fix: 'map a function to it, let a role read it, or remove it',
      witnesses: [queue.id],
    },
  ]
}

function withoutDlq(graph: Graph, queue: TopologyNode): Finding[] {
  if (readersOf(graph, queue).length === 0) return []
  if (graph.out(queue.id).some(({ via }) => via === 'redrive')) return []
  if (isForFailures(graph, queue)) return []
  return [
    {
      ...{ id: 'queueWithoutDlq', severity: 'warning', on: queue.id, witnesses: [queue.id] },
      explanation:
        `${queue.id} has no dead-letter queue: what cannot be worked off comes again and again ` +
        'until it gets too old.',
      fix: 'give it a RedrivePolicy with a queue and a maxReceiveCount of 5 or more',
    },
  ]
}

function ofRedrive(graph: Graph, queue: TopologyNode): Finding[] {
  const redrive = graph.out(queue.id).find(({ via }) => via === 'redrive')
  const dlq = redrive && graph.node(redrive.to)
  if (!dlq?.declared) return []
  const witnesses = [`${queue.id} > ${dlq.id}`]
  const found: Finding[] = []
  const [kept, source] = [dlq.facts.retentionS, queue.facts.retentionS]
  if (kept !== undefined && source !== undefined && kept < source) {
    found.push({
      ...{ id: 'dlqRetentionShort', on: dlq.id, witnesses },
      severity: queue.facts.isFifo ? 'note' : 'warning',
      explanation:
        `${dlq.id} keeps messages for ${days(kept)}, ${queue.id} for ${days(source)}: ` +
        (queue.facts.isFifo
          ? 'though age begins anew there, who looks later finds them gone.'
          : 'since age counts from when a message was first sent, some are gone as they arrive.'),
      fix: 'keep them longer there than in the queue itself; 14 days is the most',
    })
  }
  if (dlq.facts.isFifo !== queue.facts.isFifo) {
    const [a, b] = [queue, dlq].map(({ facts }) => (facts.isFifo ? 'FIFO' : 'standard'))
    found.push({
      ...{ id: 'dlqTypeMismatch', severity: 'error', on: dlq.id, witnesses },
      explanation:
        `${queue.id} is ${a} and its dead-letter queue ${dlq.id} is ${b}: SQS takes no such ` +
        'pair.',
      fix: `make both ${a}`,
    })
  }
  return found
}

/** Who keeps what failed in standard queues alone. */
const needStandard: ReadonlySet<NodeKind> = new Set(['rule', 'function', 'schedule'])

function ofFifo(graph: Graph, queue: TopologyNode): Finding[] {
  if (!queue.facts.isFifo) return fromFifo(graph, queue)
  return [...inOneGroup(graph, queue), ...withFifoDlq(graph, queue)]
}

/** Rules write one group for all that they send. */
function inOneGroup(graph: Graph, queue: TopologyNode): Finding[] {
  const readers = readersOf(graph, queue).filter(({ via }) => via === 'mapping')
  return graph.in(queue.id).flatMap(({ from, via }) => {
    if (via !== 'target' || graph.node(from)?.kind !== 'rule' || readers.length === 0) return []
    const [reader = ''] = readers.map(({ to }) => to)
    return [
      {
        ...{ id: 'fifoOneGroup', severity: 'warning' as const, on: queue.id },
        explanation:
          `${from} puts all that it sends into one message group of ${queue.id}: Lambda polls a ` +
          `FIFO queue once per group, so ${reader} works off one batch after the other.`,
        fix: 'send by a pipe or function that sets MessageGroupId by what order is needed for',
        witnesses: [`${from} > ${queue.id}`],
      },
    ]
  })
}

function withFifoDlq(graph: Graph, queue: TopologyNode): Finding[] {
  return graph.in(queue.id).flatMap(({ from, via }) => {
    const kind = graph.node(from)?.kind
    if (via !== 'dlq' || !needStandard.has(kind ?? 'unknown')) return []
    return [
      {
        ...{ id: 'dlqTypeMismatch', severity: 'error' as const, on: queue.id },
        explanation: `${from} keeps what fails in ${queue.id}, which is FIFO and takes none of it.`,
        fix: 'take a standard queue',
        witnesses: [`${from} > ${queue.id}`],
      },
    ]
  })
}

function fromFifo(graph: Graph, queue: TopologyNode): Finding[] {
  return graph.in(queue.id).flatMap(({ from, via }) => {
    const source = graph.node(from)
    if (!source?.declared || source.facts.isFifo !== true || forFailures.has(via)) return []
    return [
      {
        ...{ id: 'orderLost', severity: 'warning' as const, on: queue.id },
        explanation: `${from} is FIFO and ${queue.id} is not: what comes in order leaves in any.`,
        fix: 'make the queue FIFO as well, or see that its readers need no order',
        witnesses: [`${from} > ${queue.id}`],
      },
    ]
  })
}

function ofMapping(graph: Graph, queue: TopologyNode, edge: TopologyEdge): Finding[] {
  const reader = graph.node(edge.to)
  if (edge.via !== 'mapping' || reader?.kind !== 'function' || edge.facts.isDisabled) return []
  return [
    ...visibility(queue, reader),
    ...pollers(queue, reader, edge),
    ...fewReceives(queue, reader),
  ]
}

function visibility(queue: TopologyNode, { id, facts: { timeoutS } }: TopologyNode): Finding[] {
  const visibleS = queue.facts.visibilityTimeoutS
  if (timeoutS === undefined || visibleS === undefined) return []
  if (visibleS >= TIMEOUTS * timeoutS) return []
  const isRefused = visibleS < timeoutS
  const after = `${queue.id} hides a message for ${visibleS} s, ${id} may take ${timeoutS} s`
  return [
    {
      ...{ id: 'visibilityTimeoutShort', severity: isRefused ? 'error' : 'warning', on: queue.id },
      explanation: isRefused
        ? `${after}: Lambda takes no such mapping.`
        : `${after}: when it is throttled or tries again, messages are worked off twice.`,
      fix: `set VisibilityTimeout to ${Math.min(43_200, TIMEOUTS * timeoutS)} or more`,
      witnesses: [`${queue.id} > ${id}`],
    },
  ]
}

function pollers(queue: TopologyNode, reader: TopologyNode, edge: TopologyEdge): Finding[] {
  const reserved = reader.facts.reservedConcurrency
  const most = edge.facts.maximumConcurrency
  if (reserved === undefined) return []
  const witnesses = [`${queue.id} > ${reader.id}`]
  const id = 'pollersThrottled'
  if (most !== undefined) {
    if (most <= reserved) return []
    return [
      {
        ...{ id, severity: 'warning', on: reader.id, witnesses },
        explanation:
          `the mapping of ${queue.id} may run ${most} of ${reader.id} at once, and ${reserved} ` +
          'are reserved: the rest is throttled, and counts as received.',
        fix: 'let MaximumConcurrency be no more than ReservedConcurrentExecutions',
      },
    ]
  }
  if (queue.facts.isFifo || reserved >= FIRST_POLLERS) return []
  return [
    {
      ...{ id, severity: 'warning', on: reader.id, witnesses },
      explanation:
        `Lambda polls ${queue.id} by ${FIRST_POLLERS} at first, and more by the minute, and only ` +
        `${reserved} of ${reader.id} may run at once: messages that are throttled count as ` +
        'received and end in the dead-letter queue unseen.',
      fix: 'set MaximumConcurrency of the mapping instead of ReservedConcurrentExecutions',
    },
  ]
}

function fewReceives(queue: TopologyNode, reader: TopologyNode): Finding[] {
  const { maxReceiveCount: most } = queue.facts
  if (most === undefined || most >= LEAST_RECEIVES) return []
  return [
    {
      ...{ id: 'maxReceiveCountLow', severity: 'note', on: queue.id },
      explanation:
        `${queue.id} gives a message up after ${most} of ${LEAST_RECEIVES} receives that AWS ` +
        `recommends: throttles of ${reader.id} count as well.`,
      fix: `set maxReceiveCount to ${LEAST_RECEIVES} or more`,
      witnesses: [`${queue.id} > ${reader.id}`],
    },
  ]
}

/** `4 days`, `1.5 hours`: as retention is thought of. */
export function days(seconds: number): string {
  const units: [number, string][] = [
    ...([
      [86_400, 'day'],
      [3_600, 'hour'],
      [60, 'minute'],
    ] as [number, string][]),
  ]
  const [size, unit] = units.find(([size]) => seconds >= size) ?? [1, 'second']
  const count = Math.round((seconds / size) * 10) / 10
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
