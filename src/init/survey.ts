import type { Envelope } from '../envelopes/envelope.js'
import { createUnwrapper } from '../envelopes/layers.js'
import type { Outside } from '../envelopes/outside.js'
import { type Chain, compileChain } from '../envelopes/plan.js'
import { presetEnvelopes } from '../envelopes/presets.js'
import type { JsonObject, JsonValue } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { type JsonPath, pathText } from '../event/json-path.js'
import { createMapping } from '../event/mapping.js'
import type { SampledRecord } from './sample.js'

/** Fields that a wrapping may give by itself. */
const wrappingFields = [
  'id',
  'source',
  'type',
  'time',
  'receivedAt',
  'key',
  'correlationId',
  'causationId',
  'traceId',
  'version',
] as const
export type GivenField = (typeof wrappingFields)[number] | 'sequence'

export type Scalar = string | number | boolean

export interface SurveyedEvent {
  /** As the wrapping says, until a path for it is found. */
  type: string | null
  /** Its wrappings by name, outermost first: `sqs>eventbridge`. */
  readonly wrapping: string
  /** Where the payload is in the document. */
  readonly payload: JsonPath
  readonly run: number
  readonly given: ReadonlyMap<GivenField, Scalar>
  /** The time that is given is a transport's, not the document's. */
  readonly timeOfTransport: boolean
}

/** What stands at one path. Paths into the payload are the same for all wrappings: `@.orderId` is
 * `$.detail.orderId` in EventBridge's and `$.data.orderId` in a CloudEvent. */
export interface Column {
  readonly name: string
  readonly inPayload: boolean
  /** From the payload or the document. */
  readonly steps: JsonPath
  /** By number of the event. Null and the empty text are nothing. */
  readonly values: Map<number, Scalar>
}

export interface Survey {
  readonly events: readonly SurveyedEvent[]
  readonly columns: readonly Column[]
  /** Records that are wrapped in something that does not hold. */
  readonly undecodable: number
}

const MAX_DEPTH = 8
const MAX_COLUMNS = 2_000

/** The scalars of the documents of a sample, by path. Lists are not looked into: a path leads to
 * one entry of them alone.
 *
 * @throws EvtError `usage` for an unknown preset */
export function surveyOf(
  records: readonly SampledRecord[],
  presets: readonly string[] | undefined,
  outside?: Outside,
): Survey {
  const unwrap = createUnwrapper(presetEnvelopes(presets), outside)
  const chains = new Map<string, Chain>()
  const events: SurveyedEvent[] = []
  const columns = new Map<string, Column>()
  let undecodable = 0
  const found = records.flatMap(({ value, run }) =>
    unwrap(value).map((unwrapped) => ({ unwrapped, run })),
  )
  for (const { unwrapped, run } of found) {
    const document = unwrapped.ok ? unwrapped.documents.at(-1) : undefined
    if (!unwrapped.ok || !document) {
      undecodable += 1
      continue
    }
    const wrapping = unwrapped.envelopes.map(({ name }) => name).join('>')
    const chain = chains.get(wrapping) ?? compileChain(unwrapped.envelopes, undefined)
    chains.set(wrapping, chain)
    const event = eventOf(unwrapped.envelopes, chain, unwrapped.documents, { wrapping, run })
    collect(document, event.payload, events.length, columns)
    events.push(event)
  }
  return { events, columns: [...columns.values()], undecodable }
}

const nothingMapped = createMapping({}).mappingFor('')

function eventOf(
  envelopes: readonly Envelope[],
  chain: Chain,
  documents: readonly JsonObject[],
  of: { wrapping: string; run: number },
): SurveyedEvent {
  const plan = chain.planFor(nothingMapped)
  const given = new Map<GivenField, Scalar>()
  for (const field of wrappingFields) {
    const value = plan.fields[field](documents)
    if (isScalar(value)) given.set(field, value)
  }
  const sequence = plan.sequences[0]?.read(documents)
  if (isScalar(sequence)) given.set('sequence', sequence)
  const document = envelopes.at(-1)
  return {
    type: scalarText(chain.type(documents)),
    ...of,
    payload: document?.payload ?? [],
    given,
    timeOfTransport: document?.fields.time === undefined,
  }
}

function collect(
  document: JsonObject,
  payload: JsonPath,
  event: number,
  columns: Map<string, Column>,
): void {
  const todo: { value: JsonValue; path: JsonPath }[] = [{ value: document, path: [] }]
  for (let next = todo.pop(); next; next = todo.pop()) {
    const { value, path } = next
    if (isScalar(value)) {
      const column = columnAt(path, payload, columns)
      if (value !== '') column?.values.set(event, value)
    } else if (value !== null && !Array.isArray(value) && path.length < MAX_DEPTH) {
      for (const [key, member] of Object.entries(value)) {
        todo.push({ value: member, path: [...path, key] })
      }
    }
  }
}

function columnAt(path: JsonPath, payload: JsonPath, columns: Map<string, Column>) {
  const inPayload = payload.every((step, at) => path[at] === step)
  const steps = inPayload ? path.slice(payload.length) : path
  const name = inPayload ? `@${pathText(steps).slice(1)}` : pathText(steps)
  const known = columns.get(name)
  if (known || columns.size >= MAX_COLUMNS) return known
  const column: Column = { name, inPayload, steps, values: new Map() }
  columns.set(name, column)
  return column
}

function isScalar(value: JsonValue | undefined): value is Scalar {
  return value !== undefined && value !== null && typeof value !== 'object'
}
