import type { WrapContent } from '../envelopes/envelope.js'
import { timeText } from '../event/time.js'
import type { Chain } from './chain.js'
import { documentOf } from './document.js'
import type { Fields } from './fields.js'
import type { Row } from './names.js'
import { type BadEntry, type Inside, wrapInChain } from './wrap.js'

const REPLAY_NAME = 'planted-replay'

/** One delivery of a record. */
export interface Member {
  row: Row
  isReplay: boolean
  fields: Fields
}

/** The record of deliveries that are in one batch, mostly of one: an event about a job ad, of the
 * kind that fills event buses (nested, a few enumerations, some personal data, prose), in its
 * envelopes. About 6:1 under gzip. Payloads always have all of their fields, so that no format
 * changes them. */
export function recordOf(
  chain: Chain,
  members: readonly Member[],
  bad?: BadEntry,
): Record<string, unknown> {
  return partOf(chain, members, { outer: 0, bad }).document
}

/** The same without the outermost layers of the chain: what somebody gives to a service, which puts
 * them around it. */
export function partOf(
  chain: Chain,
  members: readonly Member[],
  options: { outer: number; withId?: boolean; bad?: BadEntry | undefined },
): Inside {
  const { outer, withId = false, bad } = options
  const last = chain.layers.length - 1
  const documents = members.map((member) => {
    const content = contentOf(chain, member, last)
    // Where no transport records the arrival, the document does.
    const receivedAt = timeText(content.receivedAtUs)
    const more = chain.recordsArrival ? {} : { receivedAt }
    const payload = payloadOf(member.fields, chain, withId)
    return documentOf(chain, { ...content, document: payload }, more)
  })
  const contentAt = (layer: number, n: number) => {
    const member = members[n] as Member // things to wrap are never more than members
    return contentOf(chain, member, layer + outer)
  }
  const layers = chain.layers.slice(outer)
  return wrapInChain({ layers, batchLayer: chain.batchLayer - outer }, documents, contentAt, bad)
}

/** What a layer says of a delivery; of a batch, what it says of the first. */
function contentOf(chain: Chain, { row, isReplay, fields }: Member, layer: number): WrapContent {
  const { layers, place, batchLayer } = chain
  const { isFifo, envelope } = layers[layer] ?? {}
  const isOfKey = isFifo || envelope?.name === 'dynamodb'
  const isLine = envelope?.name === 'logs'
  const isNumbered = isFifo || place?.layer === layer
  return {
    document: {},
    // A batch has none of its events' ids.
    id: (layer < batchLayer ? fields.messages[batchLayer] : undefined) ?? fields.id,
    source: row.source,
    type: row.type,
    // Lines of logs have whole milliseconds.
    timeUs: isLine ? Math.floor(fields.timeUs / 1e3) * 1e3 : fields.timeUs,
    receivedAtUs: fields.receivedAtUs,
    transportId: fields.messages[layer] ?? '',
    attempt: fields.attempt,
    key: isOfKey ? fields.key : null,
    arrival: isNumbered ? fields.arrival : null,
    replay: isReplay && chain.namesReplays ? REPLAY_NAME : null,
  }
}

/** @param withId also the id, for a service that gives every event one of its own */
function payloadOf(fields: Fields, { document }: Chain, withId: boolean): Record<string, unknown> {
  const { sequence, correlationId, salaryFrom, salaryTo, city, hours } = fields
  // A type of its own for null would be a column of its own.
  const causationId = fields.causationId ?? (document.name === 'dynamodb' ? '' : null)
  const { title, status, session, description } = fields
  const occurredAt = timeText(fields.timeUs)
  return {
    metadata: {
      ...(withId ? { id: fields.id } : {}),
      occurredAt,
      sequence,
      correlationId,
      causationId,
      session,
    },
    jobAdId: fields.key,
    employer: { id: fields.employerId, name: fields.employer },
    contact: { email: fields.email },
    title,
    salary: { from: salaryFrom, to: salaryTo },
    tags: [city, hours],
    status,
    description,
  }
}
