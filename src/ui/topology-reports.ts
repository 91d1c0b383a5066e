import type { Finding, TopologyResult } from '../topology/model.js'
import { type JunitCase, junitText } from './junit.js'
import { safeText } from './safe-text.js'
import { jsonText } from './stats-json.js'

/** JUnit's XML: a test case for each finding. Those that do not fail the gate are skipped, with
 * why; so are those that evt.yaml suppresses. */
export function topologyJunit(
  result: TopologyResult,
  isFailure: (finding: Finding) => boolean,
): string {
  const nameOf = ({ id, on }: Finding) => safeText(`${id} ${on}`)
  const textOf = ({ explanation, fix }: Finding) => safeText(`${explanation} Fix: ${fix}.`)
  const cases = [
    ...result.findings.map((finding): JunitCase => {
      const kind = isFailure(finding) ? 'failure' : 'skipped'
      const bad = { kind, text: textOf(finding), type: finding.severity } as const
      return { name: nameOf(finding), bad }
    }),
    ...result.suppressed.map((finding): JunitCase => {
      const text = `${textOf(finding)} Suppressed: ${safeText(finding.reason)}`
      return { name: nameOf(finding), bad: { kind: 'skipped', text, type: 'suppressed' } }
    }),
  ]
  const passed = cases.length === 0 ? [{ name: 'no findings' }] : cases
  const name = `evt topology check ${safeText(result.sources.join(' '))}`
  return junitText(name, 'evt.topology', passed)
}

/** SARIF 2.1.0, as GitHub and others take it. */
export function topologySarif(result: TopologyResult, version: string): string {
  const all = [
    ...result.findings.map((finding) => ({ finding, reason: undefined })),
    ...result.suppressed.map(({ reason, ...finding }) => ({ finding, reason })),
  ]
  const ids = [...new Set(all.map(({ finding }) => finding.id))].sort()
  const places = new Map(result.nodes.map(({ id, at }) => [id, at]))
  const fallback = result.sources[0] ?? ''
  return jsonText({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'evt', version, rules: ids.map((id) => ({ id })) } },
        results: all.map(({ finding, reason }) => ({
          ruleId: finding.id,
          level: finding.severity,
          message: { text: `${finding.explanation} Fix: ${finding.fix}.` },
          locations: [locationOf(finding.on, places.get(finding.on) ?? fallback)],
          partialFingerprints: { 'evt/v1': `${finding.id} ${finding.witnesses.join(' ')}` },
          ...(reason !== undefined && {
            suppressions: [{ kind: 'external', justification: reason }],
          }),
        })),
      },
    ],
  })
}

function locationOf(on: string, place: string) {
  const [file = '', logicalId] = place.split('#')
  // A nested stack is shown by the template that nests it.
  const uri = file.split('/').map(encodeURIComponent).join('/')
  return {
    physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } },
    logicalLocations: [{ name: logicalId ?? on, fullyQualifiedName: on }],
  }
}
