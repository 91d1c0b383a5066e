import type { Graph } from '../graph.js'
import type { Finding } from '../model.js'

/** What was seen and goes nowhere, and what waits for what was never seen. */
export function observed(graph: Graph): Finding[] {
  const seen = graph.topology.observed
  if (!seen) return []
  const events = seen.kinds.reduce((sum, { count }) => sum + count, 0)
  if (events === 0) return []
  const where = seen.sources.join(' ')
  const idle = seen.rules.flatMap(({ rule, count }): Finding[] => {
    // Of a bus that nothing was seen on, the archive says nothing.
    const buses = graph.in(rule).filter(({ via }) => via === 'rule')
    const isSeen = buses.some(({ from }) => graph.in(from).some(({ via }) => via === 'observed'))
    if (count > 0 || !isSeen) return []
    return [
      {
        ...{ id: 'ruleUnmatched', severity: 'note', on: rule, witnesses: [rule] },
        explanation: `${rule} matches none of the ${events} events of ${where}.`,
        fix: 'remove it, or correct its pattern: evt topology match says which field keeps it',
      },
    ]
  })
  const lost = seen.kinds.flatMap(({ source, type, count, unmatched }): Finding[] => {
    if (unmatched === 0) return []
    const which = unmatched === count ? `${count}` : `${unmatched} of ${count}`
    return [
      {
        ...{ id: 'eventWithoutRule', severity: 'warning', on: `producer:${source}` },
        explanation: `no rule takes ${which} ${type} of ${source}, seen in ${where}.`,
        fix: 'send it no more, or add a rule; an archive keeps it meanwhile',
        witnesses: [`${source} ${type}`],
      },
    ]
  })
  return [...idle, ...lost]
}
