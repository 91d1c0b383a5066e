import type { FieldFault } from '../../event/event.js'
import type { Witness } from '../result.js'
import type { Counted } from './finding.js'
import { quoted } from './phrases.js'

type Where = Pick<FieldFault, 'field' | 'reason'> & { type: string; source: string }

/** How many events of a type have this fault in this field. */
export function faultCount({ loaded }: Counted, where: Where): number {
  const { source, type, field, reason } = where
  return loaded.faultyFieldCounts.get(JSON.stringify([source, type, field, reason])) ?? 0
}

/** The few that were kept. */
export function faultWitnesses({ loaded }: Counted, where: Where): Witness[] {
  return kept(loaded.faultyFields, where).map(({ position, id, key, fault }) => ({
    position,
    id,
    key,
    role: fault.text === '' ? `${fault.field}: none` : `${fault.field}: ${fault.text}`,
  }))
}

/** `, such as "yesterday"`, or nothing where no value was kept. */
export function suchAs({ loaded }: Counted, where: Where): string {
  const text = kept(loaded.faultyFields, where)[0]?.fault.text
  return text ? `, such as ${quoted(text)}` : ''
}

function kept(fields: Counted['loaded']['faultyFields'], where: Where) {
  return fields.filter(
    ({ group, fault }) =>
      group.type === where.type &&
      group.source === where.source &&
      fault.field === where.field &&
      fault.reason === where.reason,
  )
}
