import type { FoundEvent } from './found-event.js'
import { folding } from './hits.js'
import { leavesOf } from './leaves.js'
import { idOf, kindOf, type Subject } from './subject.js'

/** Names of fields that say who somebody is. */
const tellingName =
  /(^|[_-])(id|uuid|sub|login|email|mail|phone|msisdn|iban|ssn)$|(Id|ID|Uuid|Email|Mail|Phone)$/
const ofPeople = /user|customer|account|person|member|client|patient|employee|contact|subject/i
const mail = /^[^@\s]{1,64}@[^@\s]{1,255}$/
const MOST_CHARACTERS = 120
/** Of one event. */
const MOST = 100

/**
 * Which other identifiers an event names beside a value: entities of the mapping, and fields whose
 * names, or what they hold, say that they identify somebody.
 */
export function companionsOf(event: FoundEvent, subject: Subject) {
  const fold = folding(subject)
  const values = subject.values.map(({ value }) => fold(value))
  const isOwn = (id: string) => values.some((value) => fold(id).includes(value))
  const entities = event.entities
    .map((entity) => ({ by: 'entity' as const, of: kindOf(entity), id: idOf(entity) }))
    .filter(({ id }) => !isOwn(id))
  const known = new Set([event.id, ...event.entities.map(idOf)])
  const found = new Map<string, { by: 'field'; of: string; id: string }>()
  for (const { path, name, value } of leavesOf(event.document)) {
    if (typeof value !== 'string' && typeof value !== 'number') continue
    const id = String(value)
    const isTold = tellingName.test(name) || ofPeople.test(name) || mail.test(id)
    if (!isTold || id === '' || id.length > MOST_CHARACTERS || found.size >= MOST) continue
    if (path === '$.id' || known.has(id) || isOwn(id)) continue
    found.set(`${path} ${id}`, { by: 'field', of: path, id })
  }
  return [...entities, ...found.values()]
}
