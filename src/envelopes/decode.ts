import {
  type Decoded,
  type EventRecord,
  type FieldFault,
  type JsonObject,
  type JsonValue,
  type Position,
  type Stamp,
  UNKNOWN_TYPE,
} from '../event/event.js'
import { jsonText, scalarText } from '../event/json.js'
import type { JsonPath } from '../event/json-path.js'
import type { Mapping } from '../event/mapping.js'
import { integerText } from '../event/sequence.js'
import { parseTime } from '../event/time.js'
import type { Choices, SeveralFit } from './choices.js'
import { type Envelope, shapeName } from './envelope.js'
import { fieldFault } from './fault.js'
import { createUnwrapper, type Unwrapped } from './layers.js'
import { orderOf } from './order.js'
import type { Outside } from './outside.js'
import { type Chain, compileChain, type Plan, type TransportId } from './plan.js'
import { presetEnvelopes } from './presets.js'
import { decodeRecorded } from './recorded.js'
import { recording } from './recording.js'

/** One JSON value of an object, read but not yet understood. */
export interface RecordValue {
  value: JsonValue
  position: Position
  /** Size of the record as received. */
  sizeBytes: number
  /** Its first 200 bytes, for the report of a record that cannot be decoded. */
  head: Uint8Array
  /** Its JSON text as it was read, where it was text. */
  readonly text?: Uint8Array | undefined
}

type Documents = readonly JsonObject[]

const MAX_CHAINS = 1000
const HEAD_BYTES = 200

/**
 * Makes the function that turns records into deliveries (DESIGN §4): wrappings are taken off as
 * nested as found, the mapping's fields come first, then the innermost wrapping that has a field,
 * then outward; `receivedAt`, `attempt` and the transport's id go by the outermost. An event
 * without an id has that of the innermost message, which is the same in every queue. It never
 * throws for what is in a record, but `Missing` for what has to be fetched first. `presets` narrows
 * recognition to the wrappings named; with `hops` events have theirs; `choices` hears where several
 * wrappings fit.
 *
 * @throws EvtError `usage` for an unknown preset
 */
export function createDecoder(options: {
  mapping: Mapping
  presets?: readonly string[] | undefined
  outside?: Outside | undefined
  hops?: boolean | undefined
  choices?: Choices | undefined
}): (record: RecordValue) => Decoded[] {
  const { choices } = options
  const onSeveral = choices && ((several: SeveralFit) => choices.add(several))
  const known = presetEnvelopes(options.presets).filter((envelope) => envelope !== recording)
  const unwrap = createUnwrapper(known, options.outside, onSeveral)
  const { mappingFor, typePath } = options.mapping
  const chainOf = chains(typePath)
  const decode = (record: RecordValue): Decoded[] => {
    if (choices) choices.path = record.position.path
    return unwrap(record.value).map((unwrapped, n) => {
      const position = n === 0 ? record.position : nthOf(record.position, n)
      if (!unwrapped.ok) {
        const { sizeBytes } = record
        const { reason, detail, entry } = unwrapped
        const head = entry === undefined ? record.head : headOf(entry)
        return { kind: 'undecodable', undecodable: { reason, detail, position, head, sizeBytes } }
      }
      const { envelopes, documents } = unwrapped
      const chain = chainOf(envelopes)
      const type = scalarText(chain.type(documents)) ?? UNKNOWN_TYPE
      const plan = chain.planFor(mappingFor(type))
      const { sizeBytes } = record
      const event = eventRecord(chain, plan, unwrapped, { position, sizeBytes })
      if (options.hops) event.hops = plan.hops(documents, event.timeUs)
      return { kind: 'event', event }
    })
  }
  return (record) => decodeRecorded(record, decode)
}

function headOf(entry: JsonValue): Uint8Array {
  return Buffer.from(jsonText(entry)).subarray(0, HEAD_BYTES)
}

/** A wrapper's entries are counted one by one. */
function nthOf({ path, record }: Position, n: number): Position {
  return { path, record: record + n }
}

/** Chains are compiled once. What is nested comes from outside, so their number has a limit. */
function chains(typePath: JsonPath | undefined): (envelopes: readonly Envelope[]) => Chain {
  const known = new Map<string, Chain>()
  return (envelopes) => {
    let names = ''
    for (const envelope of envelopes) names += `${shapeName(envelope)} `
    const found = known.get(names)
    if (found) return found
    if (known.size >= MAX_CHAINS) known.clear()
    const chain = compileChain(envelopes, typePath)
    known.set(names, chain)
    return chain
  }
}

function eventRecord(
  chain: Chain,
  plan: Plan,
  unwrapped: Extract<Unwrapped, { ok: true }>,
  record: Pick<RecordValue, 'position' | 'sizeBytes'>,
): EventRecord {
  const { fields } = plan
  const { documents } = unwrapped
  const faults: FieldFault[] = []
  const timeUs = timeOf('time', fields.time(documents), faults)
  const receivedAtUs = timeOf('receivedAt', fields.receivedAt(documents), faults)
  const { sequence, order, sequencePer } = orderOf(plan, documents, timeUs, faults)
  const wrongMd5 = chain.wrongMd5(documents)
  if (wrongMd5 !== null) faults.push(fieldFault('body', 'checksum', wrongMd5))
  // The unwrapper gives at least one document.
  const document = documents[documents.length - 1] as JsonObject
  return {
    id: scalarText(fields.id(documents)) ?? messageIdOf(chain.nearest, unwrapped),
    source: scalarText(fields.source(documents)) ?? '',
    type: scalarText(fields.type(documents)) ?? UNKNOWN_TYPE,
    timeUs,
    receivedAtUs,
    observedAtUs: null,
    key: scalarText(fields.key(documents)),
    sequence,
    order,
    sequencePer,
    entities: entitiesOf(plan, documents),
    correlationId: scalarText(fields.correlationId(documents)),
    causationId: scalarText(fields.causationId(documents)),
    traceId: scalarText(fields.traceId(documents)),
    replyTo: scalarText(fields.replyTo(documents)),
    version: scalarText(fields.version(documents)),
    replay: scalarText(fields.replay(documents)),
    attempt: attemptOf(fields.attempt(documents)),
    transportId: messageIdOf(chain.transports, unwrapped),
    place: chain.place(documents),
    envelopes: [...chain.names],
    stamps: stampsOf(chain, documents),
    position: record.position,
    sizeBytes: record.sizeBytes,
    document,
    payload: chain.payload(document) ?? null,
    faults,
  }
}

/** The id of the first message that has one. What a message holds several of, they have its id and
 * their numbers in it: the sub-sequence number of an aggregate in Kinesis. */
function messageIdOf(
  transports: readonly TransportId[],
  { documents, entries }: Extract<Unwrapped, { ok: true }>,
): string | null {
  for (const { layer, read } of transports) {
    const id = scalarText(read(documents))
    if (id === null) continue
    let numbers = ''
    for (let at = layer + 1; at < entries.length; at++) {
      if (entries[at] !== null) numbers += `.${entries[at]}`
    }
    return `${id}${numbers}`
  }
  return null
}

/** A time that cannot be used is a fault and does not fall back: somebody meant it. */
function timeOf(
  field: 'time' | 'receivedAt',
  value: JsonValue | undefined,
  faults: FieldFault[],
): number | null {
  const time = parseTime(value)
  if (time === null) return null
  if ('timeUs' in time) return time.timeUs
  faults.push(fieldFault(field, time.fault, value))
  return null
}

function attemptOf(value: JsonValue | undefined): number | null {
  const attempt = Number(integerText(value) ?? -1)
  return attempt >= 0 && Number.isSafeInteger(attempt) ? attempt : null
}

function entitiesOf({ entities }: Plan, documents: Documents): string[] {
  const found: string[] = []
  for (const { kind, read } of entities) {
    const id = scalarText(read(documents))
    if (id !== null) found.push(`${kind}:${id}`)
  }
  return found
}

/** Every layer's own timestamps, outermost first; what is no time is left out. */
function stampsOf({ stamps }: Chain, documents: Documents): Stamp[] {
  const found: Stamp[] = []
  for (const { layer, name, read } of stamps) {
    const time = parseTime(read(documents))
    if (time && 'timeUs' in time) found.push({ layer, name, timeUs: time.timeUs })
  }
  return found
}
