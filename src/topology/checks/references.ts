import type { Graph } from '../graph.js'
import type { Finding } from '../model.js'

/** What refers to something that is not there. */
export function references(graph: Graph): Finding[] {
  const ofTemplates = graph.topology.gaps.filter(({ kind }) => kind === 'reference')
  return ofTemplates.map(({ at, explain }) => ({
    ...{ id: 'missingResource', severity: 'error', on: at, witnesses: [at] },
    explanation: `${at} ${explain}.`,
    fix: 'correct the name, or add the resource',
  }))
}
