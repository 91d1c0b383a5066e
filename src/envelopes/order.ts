import type { EventRecord, FieldFault, JsonObject } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { integerText } from '../event/sequence.js'
import { fieldFault } from './fault.js'
import type { Plan } from './plan.js'

/** What a delivery's place in its stream is compared by: the sequence that its type maps, and
 * nothing else where it maps one; else the sequence of its wrapping; else its time. A sequence that
 * is missing or no integer is added to `faults`. */
export function orderOf(
  { sequences, sequenceMapped, timePer }: Plan,
  documents: readonly JsonObject[],
  timeUs: number | null,
  faults: FieldFault[],
): Pick<EventRecord, 'sequence' | 'order' | 'sequencePer'> {
  for (const { read, kindOf, per: sequencePer } of sequences) {
    const value = read(documents)
    if (value === undefined) continue
    const kind = kindOf(documents)
    const sequence = kind === 'integer' ? integerText(value) : scalarText(value)
    if (sequence !== null) return { sequence, order: kind, sequencePer }
    faults.push(fieldFault('sequence', 'format', value))
    return { sequence: null, order: null, sequencePer }
  }
  if (!sequenceMapped) {
    return { sequence: null, order: timeUs === null ? null : 'time', sequencePer: timePer }
  }
  faults.push(fieldFault('sequence', 'missing', undefined))
  return { sequence: null, order: null, sequencePer: timePer }
}
