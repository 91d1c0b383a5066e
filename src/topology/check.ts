import type { Config } from '../config/config.js'
import { checks } from './checks/index.js'
import { isJudged } from './checks/unread.js'
import { globMatches } from './glob.js'
import { Graph } from './graph.js'
import { type Finding, severities, type Topology, type TopologyResult } from './model.js'

type Settings = NonNullable<Config['topology']>
type Suppression = NonNullable<Settings['suppress']>[number]

/** Looks for everything that is wrong, the worst first.
 *
 * @param settings of evt.yaml */
export function checked(topology: Topology, settings: Settings = {}): TopologyResult {
  const { suppress: suppressions = [], ...of } = settings
  const graph = new Graph(topology)
  const all = checks.flatMap((check) => check(graph, of))
  const found = all.filter(isJudged(topology)).sort(byWeight)
  const reasonFor = ({ id, on }: Finding) =>
    suppressions.find((one) => one.id === id && globMatches(one.on, on))?.reason
  const suppressed = found.flatMap((finding) => {
    const reason = reasonFor(finding)
    return reason === undefined ? [] : [{ ...finding, reason }]
  })
  const findings = found.filter((finding) => reasonFor(finding) === undefined)
  const unused = suppressions.filter(({ id, on }) => {
    return !found.some((finding) => finding.id === id && globMatches(on, finding.on))
  })
  const { sources, nodes, edges, grants, denials, gaps, observed, calls } = topology
  return {
    schema: 'evt.topology/1',
    ...{ sources, nodes, edges },
    findings: [...findings, ...unused.map(unusedFinding)],
    ...{ suppressed, grants },
    ...(denials && { denials }),
    gaps,
    ...(observed && { observed }),
    ...(calls && { calls }),
  }
}

function unusedFinding({ id, on }: Suppression): Finding {
  return {
    ...{ id: 'suppressionUnused', severity: 'note', on, witnesses: [] },
    explanation: `evt.yaml suppresses ${id} on ${on}, and there is no such finding.`,
    fix: 'remove it',
  }
}

function byWeight(a: Finding, b: Finding): number {
  const weight = ({ severity }: Finding) => severities.indexOf(severity)
  const text = ({ id, on, witnesses }: Finding) => JSON.stringify([id, on, witnesses])
  return weight(a) - weight(b) || (text(a) < text(b) ? -1 : 1)
}
