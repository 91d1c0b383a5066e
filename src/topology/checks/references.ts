import type { Graph } from '../graph.js'
import type { Finding, Gap } from '../model.js'

/** What refers to something that is not there. */
export function references(graph: Graph): Finding[] {
  const { gaps } = graph.topology
  const templateOf = ({ at }: Gap) => at.split('#')[0] ?? at
  // What cannot be expanded may make what seems to be missing.
  const strange = new Set(gaps.filter(({ kind }) => kind === 'transform').map(templateOf))
  return gaps.flatMap((gap): Finding[] => {
    const { at, kind, explain } = gap
    if (kind !== 'reference') return []
    const severity = strange.has(templateOf(gap)) ? 'warning' : 'error'
    return [
      {
        ...{ id: 'missingResource', severity, on: at, witnesses: [at] },
        explanation: `${at} ${explain}.`,
        fix: 'correct the name, or add the resource',
      },
    ]
  })
}
