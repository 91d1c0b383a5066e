import { pathText } from '../../event/json-path.js'
import type { Proof } from '../witnesses.js'
import { faultCount, faultWitnesses, suchAs } from './faulty-fields.js'
import { about, type Counted, type Draft } from './finding.js'
import { surveyByType, type TypeSurvey } from './per-type.js'
import { counted, countText, nameOf } from './phrases.js'

/** Types with a sequence, and events of theirs that have none that can be used. */
export function sequences(evidence: Counted): Draft[] {
  const types = surveyByType(evidence)
  const found = pathsFound(evidence, types)
  return types.flatMap((of) => {
    const path = sequencePath(evidence, of)
    // What no event has at all is said of the mapping.
    if (path !== undefined && !found.has(path)) return []
    const bad = faultCount(evidence, { ...of, field: 'sequence', reason: 'format' })
    const count = path === undefined ? bad : of.noSequence
    return count === 0 ? [] : [draftOf(evidence, of, count, Math.min(bad, count))]
  })
}

function draftOf(evidence: Counted, of: TypeSurvey, count: number, bad: number): Draft {
  const format = { ...of, field: 'sequence', reason: 'format' } as const
  const none = count - bad
  const path = sequencePath(evidence, of)
  const at = path === undefined ? '' : ` at ${path}`
  const lacking = `${counted(none, 'event')} of ${nameOf(of)} ${has(none)} no sequence${at}`
  const example = suchAs(evidence, format)
  const wrong = `a sequence${at} that is no integer${example}`
  const subject =
    none === 0
      ? `${counted(bad, 'event')} of ${nameOf(of)} ${has(bad)} ${wrong}`
      : bad === 0
        ? lacking
        : `${lacking}, and ${countText(bad)} ${has(bad)} one that is no integer${example}`
  return {
    kind: 'sequence',
    ...about(of),
    severity: 'warning',
    count,
    weight: count,
    explain: `${subject}: ${count === 1 ? 'its' : 'their'} order is not checked.`,
    ...(bad > 0
      ? { witnesses: faultWitnesses(evidence, format) }
      : { proof: proofOf(evidence, of) }),
  }
}

/** Events that have none: that there is nothing, SQL is as sure of as the decoder. */
function proofOf({ deliveries }: Counted, { unsequenced }: TypeSurvey): Proof {
  const most = 3
  return {
    groups: unsequenced.slice(0, most).map((pos) => [deliveries.atOf(pos)]),
    most,
    fields: ['id', 'key'],
    show: () => [{ role: 'sequence: none' }],
  }
}

function has(count: number): string {
  return count === 1 ? 'has' : 'have'
}

function sequencePath({ mapping }: Counted, { type }: { type: string }): string | undefined {
  const path = mapping.mappingFor(type).fields.sequence
  return path && pathText(path)
}

/** The mapped paths at which some event has a sequence. */
function pathsFound(evidence: Counted, types: readonly TypeSurvey[]): Set<string> {
  const found = new Set<string>()
  for (const of of types) {
    const path = sequencePath(evidence, of)
    if (path !== undefined && of.noSequence < of.events) found.add(path)
  }
  return found
}
