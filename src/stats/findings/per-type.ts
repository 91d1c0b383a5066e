import { compareText } from '../../event/sequence.js'
import type { Counted } from './finding.js'
import type { GroupSurvey } from './survey.js'

export interface TypeSurvey extends Omit<GroupSurvey, 'first'> {
  type: string
  source: string
}

/** What the survey tells of each type and source, whatever the rows of the result are: by events
 * descending, then type, then source in byte order. */
export function surveyByType({ deliveries, grounds: { survey } }: Counted): TypeSurvey[] {
  const found = new Map<string, TypeSurvey>()
  for (const [number, { type, source }] of deliveries.groups.entries()) {
    const seen = survey.groups[number]
    if (!seen || seen.events === 0) continue
    const name = JSON.stringify([source, type])
    const known = found.get(name)
    if (!known) found.set(name, { type, source, ...seen })
    else {
      known.events += seen.events
      known.noId += seen.noId
      known.noKey += seen.noKey
      known.noTime += seen.noTime
      known.noReceivedAt += seen.noReceivedAt
      known.noSequence += seen.noSequence
      known.claim += seen.claim
      known.unsequenced = [...known.unsequenced, ...seen.unsequenced].sort((a, b) => a - b)
    }
  }
  return [...found.values()].sort(
    (a, b) => b.events - a.events || compareText(a.type, b.type) || compareText(a.source, b.source),
  )
}
