import { hash } from 'node:crypto'
import type { ResultColumn, ResultValue } from '../engines/engine.js'
import { DELIVERY, type DeliveryLine } from '../envelopes/delivery.js'
import { scalarText } from '../event/json.js'
import { memberText } from '../event/json-members.js'
import { timeText } from '../event/time.js'
import type { SinkEntry } from '../sinks/sink.js'
import { type Marking, marked } from './marking.js'

/** A delivery that is to be sent again. */
export interface ReplayEntry extends SinkEntry {
  /** In the order of sending, from 1. */
  readonly n: number
  /** Of the event; null where it has none. */
  readonly id: string | null
  /** When it was delivered, for the pace. */
  readonly momentUs: number | null
  /** Whether it was a first delivery, and whether a replay already. */
  readonly isRepeat: boolean
  readonly wasReplay: boolean
  /** Whether it has the mark of this replay, where it is to have one. */
  readonly isMarked: boolean
  /** Whether it is sent once more on purpose. */
  readonly isInjected: boolean
  /** Whether it is the state of an entity. */
  readonly isState: boolean
  /** Whom it is about, where that is known. */
  readonly entities?: readonly string[] | undefined
}

/** A row of {@link replayStatement}. */
export interface ReplayRow {
  readonly momentUs: number | null
  readonly id: string | null
  readonly source: string
  readonly type: string
  readonly timeUs: number | null
  readonly receivedAtUs: number | null
  readonly key: string | null
  readonly traceId: string | null
  readonly copyNumber: number
  readonly replay: string | null
  readonly attempt: number | null
  readonly transportId: string | null
  readonly place: string | null
  readonly placeSort: string | null
  readonly layer: string | null
  readonly path: string
  readonly record: number
  readonly document: string
  readonly payload: string | null
  /** The entity whose state this is a part of, or is; null for what is sent as it is. */
  readonly folds: string | null
  /** Whom it is about, where that is asked for. */
  readonly entities?: readonly string[] | undefined
  /** Why nothing can be sent of it. */
  readonly fault?: string | undefined
}

type Cells = readonly ResultValue[]

/** Where each column stands is found once, since this is gone through for every event. */
export function rowReader(columns: readonly ResultColumn[]): (cells: Cells) => ReplayRow {
  const places = new Map(columns.map(({ name }, n) => [name, n]))
  const text = (name: string) => {
    const at = places.get(name) ?? -1
    return (cells: Cells) => scalarText(cells[at])
  }
  const number = (name: string) => {
    const at = places.get(name) ?? -1
    return (cells: Cells) => {
      const found = cells[at] ?? null
      return found === null ? null : Number(found)
    }
  }
  const momentUs = number('moment_us')
  const id = text('id')
  const source = text('source')
  const type = text('type')
  const timeUs = number('event_time_us')
  const receivedAtUs = number('received_at_us')
  const key = text('key')
  const traceId = text('trace_id')
  const copyNumber = number('copy_number')
  const replay = text('replay')
  const attempt = number('attempt')
  const transportId = text('transport_id')
  const place = text('place')
  const placeSort = text('place_sequence')
  const layer = text('layer')
  const path = text('path')
  const record = number('record')
  const document = text('document')
  const payload = text('payload')
  const folds = text('folds')
  const about = places.get('entities')
  return (cells) => ({
    momentUs: momentUs(cells),
    id: id(cells),
    source: source(cells) ?? '',
    type: type(cells) ?? '',
    timeUs: timeUs(cells),
    receivedAtUs: receivedAtUs(cells),
    key: key(cells),
    traceId: traceId(cells),
    copyNumber: copyNumber(cells) ?? 1,
    replay: replay(cells),
    attempt: attempt(cells),
    transportId: transportId(cells),
    place: place(cells),
    placeSort: placeSort(cells),
    layer: layer(cells),
    path: path(cells) ?? '',
    record: record(cells) ?? 0,
    document: document(cells) ?? '',
    payload: payload(cells),
    folds: folds(cells),
    entities: about === undefined ? undefined : textsOf(cells[about]),
  })
}

function textsOf(cell: ResultValue | undefined): string[] {
  return Array.isArray(cell) ? cell.map(String) : []
}

export function entryOf(row: ReplayRow, n: number, marking: Marking): ReplayEntry {
  const payload = marking.body === 'document' ? row.document : payloadOf(row)
  const bare = payload ?? ''
  const { body, attributes, isMarked } = marked(bare, row.layer, marking)
  const isLine = marking.place === 'line' && marking.body === 'document'
  return {
    n,
    id: row.id,
    momentUs: row.momentUs,
    source: row.source,
    type: row.type,
    timeUs: row.timeUs,
    key: row.key,
    attributes,
    isRepeat: row.copyNumber > 1,
    wasReplay: row.replay !== null,
    isMarked: isLine || isMarked,
    body: isLine ? deliveryLine(row, bare, marking.name) : body,
    sendId: sendIdOf(row),
    fault: row.fault ?? (payload === null ? 'it has no payload' : undefined),
    isInjected: false,
    isState: row.folds !== null,
    entities: row.folds === null ? row.entities : [row.folds],
  }
}

/** As it stands in the document, where that is known: SQL and the decoder write numbers anew. */
export function payloadOf({ layer, document, payload }: ReplayRow): string | null {
  const member = payloadMember(layer)
  return (member && memberText(document, member)) ?? payload
}

const members: Readonly<Record<string, string>> = { eventbridge: 'detail', cloudevents: 'data' }

/** Where a document has its payload; undefined where it is the payload.
 * @param layer its innermost wrapping */
export function payloadMember(layer: string | null): string | undefined {
  return members[layer ?? '']
}

/** Always the same for the same delivery of an event, and of no other. */
export function sendIdOf({ source, id, copyNumber, path, record }: ReplayRow): string {
  const identity = id === null ? [path, record] : [source, id, copyNumber]
  return hash('sha256', JSON.stringify(identity)).slice(0, 32)
}

/** A document and what evt knows of its delivery: read again, it is the same delivery. */
function deliveryLine(row: ReplayRow, document: string, name: string | null): string {
  const { id, source, type, timeUs, receivedAtUs, key, traceId, attempt, transportId } = row
  const { place, placeSort, replay } = row
  const mark = name ?? replay
  const line: DeliveryLine = {
    evt: DELIVERY,
    ...(id !== null && { id }),
    ...(source !== '' && { source }),
    ...(type !== 'unknown' && { type }),
    ...(timeUs !== null && { time: timeText(timeUs) }),
    ...(receivedAtUs !== null && { receivedAt: timeText(receivedAtUs) }),
    ...(key !== null && { key }),
    ...(traceId !== null && { traceId }),
    ...(attempt !== null && { attempt }),
    ...(transportId !== null && { transportId }),
    ...(place !== null && placeSort !== null && { place, placeSequence: digitsOf(placeSort) }),
    ...(mark !== null && { 'replay-name': mark }),
  }
  return `${JSON.stringify(line).slice(0, -1)},"document":${document}}`
}

/** Behind the sign and the number of digits; see `sequenceSort`. */
function digitsOf(sort: string): string {
  return sort.slice(4)
}
