import { faultCount, faultWitnesses, suchAs } from './faulty-fields.js'
import { about, type Counted, type Draft } from './finding.js'
import { surveyByType, type TypeSurvey } from './per-type.js'
import { counted, nameOf } from './phrases.js'

const faults = [
  { field: 'time', reason: 'format' },
  { field: 'time', reason: 'range' },
  { field: 'receivedAt', reason: 'format' },
  { field: 'receivedAt', reason: 'range' },
] as const

/** Times that are none, or beyond what is counted with; and events without one. */
export function clocks(evidence: Counted): Draft[] {
  return surveyByType(evidence).flatMap((of) => {
    const found = faults.flatMap((fault) => faulty(evidence, of, fault))
    const faultyTimes = found.filter(({ of: field }) => field === 'time')
    const known = faultyTimes.reduce((sum, { draft }) => sum + draft.count, 0)
    const none = of.noTime - known
    return [...found.map(({ draft }) => draft), ...(none > 0 ? [timeless(of, none)] : [])]
  })
}

function faulty(evidence: Counted, of: TypeSurvey, { field, reason }: (typeof faults)[number]) {
  const where = { ...of, field, reason }
  const count = faultCount(evidence, where)
  if (count === 0) return []
  const have = count === 1 ? 'has' : 'have'
  const what = reason === 'format' ? 'that is no time' : 'outside the years 1684 to 2255'
  const draft: Draft = {
    kind: 'clock',
    ...about(of),
    severity: 'warning',
    count,
    weight: count,
    explain:
      `${counted(count, 'event')} of ${nameOf(of)} ${have} a ${field} ${what}` +
      `${suchAs(evidence, where)}: it is not used.`,
    witnesses: faultWitnesses(evidence, where),
  }
  return [{ of: field, draft }]
}

function timeless(of: TypeSurvey, count: number): Draft {
  const subject =
    count === of.events
      ? `No event of ${nameOf(of)} has`
      : `${counted(count, 'event')} of ${nameOf(of)} ${count === 1 ? 'has' : 'have'}`
  const negated = count === of.events ? 'a time' : 'no time'
  const them = count === 1 ? 'it' : 'them'
  return {
    kind: 'clock',
    ...about(of),
    severity: 'warning',
    count,
    weight: count,
    explain:
      `${subject} ${negated}: no latency is claimed for ${them}. --map time=$.path ` +
      'says where it is.',
  }
}
