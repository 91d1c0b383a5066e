import { createHash } from 'node:crypto'
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
}

/** A row of {@link replayStatement}. */
interface Row {
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
}

/** Makes entries of rows, which are given in the order of sending. */
export function entryReader(columns: readonly ResultColumn[], marking: Marking) {
  const places = new Map(columns.map(({ name }, n) => [name, n]))
  let n = 0
  return (cells: readonly ResultValue[]): ReplayEntry => {
    n += 1
    return entryOf(
      rowOf((name) => cells[places.get(name) ?? -1] ?? null),
      n,
      marking,
    )
  }
}

function rowOf(cell: (name: string) => ResultValue): Row {
  const text = (name: string) => scalarText(cell(name))
  const number = (name: string) => {
    const found = cell(name)
    return found === null ? null : Number(found)
  }
  return {
    ...{ momentUs: number('moment_us'), id: text('id'), source: text('source') ?? '' },
    ...{ type: text('type') ?? '', timeUs: number('event_time_us') },
    ...{ receivedAtUs: number('received_at_us'), key: text('key'), traceId: text('trace_id') },
    ...{ copyNumber: number('copy_number') ?? 1, replay: text('replay') },
    ...{ attempt: number('attempt'), transportId: text('transport_id'), place: text('place') },
    ...{ placeSort: text('place_sequence'), layer: text('layer'), path: text('path') ?? '' },
    ...{ record: number('record') ?? 0 },
    ...{ document: text('document') ?? '', payload: text('payload') },
  }
}

function entryOf(row: Row, n: number, marking: Marking): ReplayEntry {
  const { momentUs, id, source, type, timeUs, key, layer, copyNumber, replay } = row
  const bare = marking.body === 'document' ? row.document : payloadOf(row)
  const { body, attributes, isMarked } = marked(bare, layer, marking)
  const isLine = marking.place === 'line' && marking.body === 'document'
  return {
    ...{ n, id, momentUs, source, type, timeUs, key, attributes },
    ...{ isRepeat: copyNumber > 1, wasReplay: replay !== null },
    isMarked: isLine || isMarked,
    body: isLine ? deliveryLine(row, bare, marking.name) : body,
    sendId: sendIdOf(row),
  }
}

/** As it stands in the document, where that is known: SQL and the decoder write numbers anew. */
function payloadOf({ layer, document, payload }: Row): string {
  const member = members[layer ?? '']
  return (member && memberText(document, member)) ?? payload ?? ''
}

const members: Readonly<Record<string, string>> = { eventbridge: 'detail', cloudevents: 'data' }

/** Always the same for the same delivery of an event, and of no other. */
function sendIdOf({ source, id, copyNumber, path, record }: Row): string {
  const identity = id === null ? [path, record] : [source, id, copyNumber]
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32)
}

/** A document and what evt knows of its delivery: read again, it is the same delivery. */
function deliveryLine(row: Row, document: string, name: string | null): string {
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
