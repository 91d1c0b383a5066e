import type { WrapContent } from '../envelopes/envelope.js'
import { timeText } from '../event/time.js'
import { type Chain, wrapInChain } from './chain.js'
import type { Fields } from './fields.js'
import type { Row } from './names.js'

const REPLAY_NAME = 'planted-replay'
const SECOND_US = 1e6

export interface RecordShape {
  row: Row
  chain: Chain
  isReplay: boolean
}

/** The record of a delivery: an event about a job ad, of the kind that fills event buses (nested, a
 * few enumerations, some personal data, prose), in its envelopes. About 6:1 under gzip. Payloads
 * always have all of their fields, so that no format changes them. */
export function recordOf(shape: RecordShape, fields: Fields): Record<string, unknown> {
  const { row, chain, isReplay } = shape
  const contentOf = (layer: number, document: Record<string, unknown>): WrapContent => ({
    document,
    id: fields.id,
    source: row.source,
    type: row.type,
    timeUs: fields.timeUs,
    receivedAtUs: fields.receivedAtUs,
    transportId: fields.messages[layer] ?? '',
    attempt: fields.attempt,
    // No FIFO queue: its own order would decide, and there is one already.
    key: null,
    arrival: null,
    replay: isReplay && chain.namesReplays ? REPLAY_NAME : null,
  })
  const document = documentOf(chain, contentOf(chain.layers.length - 1, payloadOf(fields)))
  return wrapInChain(chain, document, contentOf)
}

/** The producer's document, with the time of arrival where no transport records it. */
function documentOf(chain: Chain, content: WrapContent): Record<string, unknown> {
  const { id, source, type, timeUs, receivedAtUs, document: payload } = content
  // EventBridge's own time has whole seconds: the precise one is in the metadata.
  const isCoarse = chain.document.name === 'eventbridge'
  const shownUs = isCoarse ? Math.floor(timeUs / SECOND_US) * SECOND_US : timeUs
  const isPlain = chain.document.payload === undefined
  const document = isPlain
    ? { id, source, type, time: timeText(timeUs), ...payload }
    : chain.document.wrap?.({ ...content, timeUs: shownUs })
  return { ...document, ...(chain.recordsArrival ? {} : { receivedAt: timeText(receivedAtUs) }) }
}

function payloadOf(fields: Fields): Record<string, unknown> {
  const { sequence, correlationId, causationId, salaryFrom, salaryTo, city, hours } = fields
  const { title, status, session, description } = fields
  const occurredAt = timeText(fields.timeUs)
  return {
    metadata: { occurredAt, sequence, correlationId, causationId, session },
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
