import { aboutAll, type Counted, type Draft } from './finding.js'
import { surveyByType } from './per-type.js'
import { counted, listed, nameOf, shareText } from './phrases.js'

/** Events without id: each is taken for an event of its own. */
export function noIdentities(evidence: Counted): Draft[] {
  const types = surveyByType(evidence).filter(({ noId }) => noId > 0)
  const count = types.reduce((sum, { noId }) => sum + noId, 0)
  if (count === 0) return []
  const { events } = evidence.measured.total
  const isAll = count === events
  const whole = types.filter((of) => of.noId === of.events)
  const subject = isAll
    ? 'No event has an id'
    : `${counted(count, 'event')} of ${listed(types.map(nameOf))} (${shareText(count / events)}) ` +
      `${count === 1 ? 'has' : 'have'} no id`
  const them = count === 1 ? 'it' : 'them'
  const unclaimed =
    whole.length < types.length
      ? 'each counts as an event of its own, never as a duplicate'
      : `distinct and duplicates are not claimed${isAll ? '' : ` for ${them}`}`
  return [
    {
      kind: 'noIdentity',
      ...aboutAll(types),
      severity: 'warning',
      count,
      weight: count,
      explain: `${subject}: ${unclaimed}. --map id=$.path says where it is.`,
    },
  ]
}
