import { EvtError } from '../errors.js'
import type { EventRecord, JsonValue } from '../event/event.js'
import { compilePath, parsePath } from '../event/json-path.js'
import { suggest } from '../event/suggest.js'
import { timeText } from '../event/time.js'

/** One value of an event, by the name that it has in JSON: a field, or a path into the document. */
export interface EventField {
  readonly name: string
  read(event: EventRecord): JsonValue
}

const timeOf = (us: number | null) => (us === null ? null : timeText(us))

const readers: Readonly<Record<string, EventField['read']>> = {
  id: ({ id }) => id,
  source: ({ source }) => source,
  type: ({ type }) => type,
  time: ({ timeUs }) => timeOf(timeUs),
  receivedAt: ({ receivedAtUs }) => timeOf(receivedAtUs),
  observedAt: ({ observedAtUs }) => timeOf(observedAtUs),
  key: ({ key }) => key,
  sequence: ({ sequence }) => sequence,
  entities: ({ entities }) => entities,
  correlationId: ({ correlationId }) => correlationId,
  causationId: ({ causationId }) => causationId,
  traceId: ({ traceId }) => traceId,
  replyTo: ({ replyTo }) => replyTo,
  version: ({ version }) => version,
  replay: ({ replay }) => replay,
  attempt: ({ attempt }) => attempt,
  envelopes: ({ envelopes }) => envelopes,
  stamps: ({ stamps }) =>
    stamps.map(({ layer, name, timeUs }) => ({ layer, name, time: timeText(timeUs) })),
  // Read from its end, a file does not tell the numbers of its records.
  position: ({ position: { path, record } }) => ({ path, record: record || null }),
  bytes: ({ sizeBytes }) => sizeBytes,
  document: ({ document }) => document,
  payload: ({ payload }) => payload,
}

/** An `EventRecord` as JSON has it (DESIGN §4), in its order. */
export const allFields: readonly EventField[] = Object.entries(readers).map(([name, read]) => ({
  name,
  read,
}))

/**
 * Reads a list such as `id,type,$.detail.total`.
 *
 * @throws EvtError `usage` for a field that events do not have
 */
export function parseFields(text: string): EventField[] {
  return text.split(/,(?=\s*[$\w])/).map((part) => fieldOf(part.trim()))
}

function fieldOf(name: string): EventField {
  if (name.startsWith('$')) {
    const read = compilePath(parsePath(name))
    return { name, read: ({ document }) => read(document) ?? null }
  }
  const known = allFields.find((field) => field.name === name)
  if (known) return known
  const names = allFields.map((field) => field.name)
  const near = suggest(name, names)
  throw new EvtError(`${JSON.stringify(name)} is no field of an event`, {
    code: 'usage',
    hint: near ? `did you mean ${near}?` : `a path such as $.detail.total, or ${names.join(', ')}`,
  })
}

/** These fields of an event, by their names. */
export function fieldsObject(event: EventRecord, fields: readonly EventField[]) {
  return Object.fromEntries(fields.map(({ name, read }) => [name, read(event)]))
}
