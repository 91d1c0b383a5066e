import type { Graph } from '../graph.js'
import type { Finding, TopologyNode } from '../model.js'
import { days, forFailures, isForFailures } from './queues.js'

/** A night, in which nobody looks. */
const NIGHT_S = 12 * 3_600
/** The end of retention is near in its last tenth, and a night before; of short ones in the second
 * half. */
const NEAR = 0.1
const HALF = 0.5

/** Messages that wait, and until when retention lets them: of an account, where CloudWatch told. */
export function retention(graph: Graph): Finding[] {
  return graph.declared('queue').flatMap((queue) => ofQueue(graph, queue))
}

function ofQueue(graph: Graph, queue: TopologyNode): Finding[] {
  const { retentionS, messagesWaiting = 0, oldestMessageAgeS: ageS } = queue.facts
  if (ageS === undefined || retentionS === undefined || messagesWaiting === 0) return []
  const leftS = retentionS - ageS
  if (leftS > Math.max(NEAR * retentionS, Math.min(NIGHT_S, HALF * retentionS))) return []
  const many = messagesWaiting.toLocaleString('en')
  const wait = messagesWaiting === 1 ? 'one message waits' : `${many} messages wait`
  const isSooner = isForFailures(graph, queue) && queue.facts.isFifo !== true
  const atLatest = isSooner ? ', or sooner, since age counts from when it was first sent' : ''
  return [
    {
      ...{ id: 'messagesExpiring', severity: leftS <= 0 ? 'error' : 'warning', on: queue.id },
      explanation:
        leftS <= 0
          ? `${wait} in ${queue.id}, and its retention of ${days(retentionS)} deletes the oldest ` +
            'now, received or not.'
          : `${wait} in ${queue.id}, the oldest for ${days(ageS)}: in ${days(leftS)} its ` +
            `retention of ${days(retentionS)} deletes it${atLatest}.`,
      fix:
        'work them off or move them (evt dlq), or raise MessageRetentionPeriod (14 days at ' +
        'most), which holds for what waits already',
      witnesses: [queue.id, ...senders(graph, queue)],
    },
  ]
}

/** Whose messages they are, of a queue for what failed. */
function senders(graph: Graph, { id }: TopologyNode): string[] {
  return [...new Set(graph.in(id).flatMap(({ from, via }) => (forFailures.has(via) ? from : [])))]
}
