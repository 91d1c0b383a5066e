import { EvtError } from '../errors.js'
import { count } from '../reading/absence.js'
import type { LoopsResult } from './result.js'

const meaning: Readonly<Record<string, string>> = {
  id: 'the id of an event is',
  causationId: 'the id of the event that caused it is',
}

/** Why a run ends with 4 where there are loops, or cannot say that there are none.
 *
 * @param wasLinked whether causes were known of events that are forgotten by now */
export function faultIn(
  { loops, causation, searched }: LoopsResult,
  wasLinked = false,
): EvtError | undefined {
  if (loops.length > 0) {
    return new EvtError(`${count(loops.length, 'loop')} found`, { code: 'gate' })
  }
  const { sources, records, undecodable, events } = searched
  if (events === 0) {
    const bad = undecodable === 0 ? '' : `, ${count(undecodable, 'record')} cannot be decoded`
    const read = `${count(records, 'record')} searched${bad}`
    return new EvtError(`no events in ${sources.join(' ')}: ${read}`, { code: 'inconclusive' })
  }
  const { linked, missing, itself, circular } = causation
  if (wasLinked || linked + itself + circular > 0) return undefined
  const [reason, field] =
    missing > 0
      ? [`none of the causes of ${count(missing, 'event')} is there`, 'id']
      : [`none of ${count(events, 'event')} names its cause`, 'causationId']
  return new EvtError(`${reason}: loops cannot be seen`, {
    code: 'inconclusive',
    hint: `--map ${field}=$.path, or ${field}: in evt.yaml, says where ${meaning[field]}`,
  })
}
