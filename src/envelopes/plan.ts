import type { JsonObject, JsonValue, Place, SequenceKind } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { type Accessor, compilePath, type JsonPath } from '../event/json-path.js'
import type { Mapping, TypeMapping } from '../event/mapping.js'
import type { SequencePer, SequenceType } from '../event/rule.js'
import { bodyCheck } from './body-check.js'
import {
  type Derived,
  type Envelope,
  type FieldName,
  isWrapping,
  namingFields,
} from './envelope.js'
import { headerMark } from './header-mark.js'
import { type HopReader, hopReader } from './hops.js'
import { payloadReader } from './payload.js'
import { placeReader } from './place.js'

/** Reads a scalar out of the documents of a record's layers, outermost first; undefined where there
 * is none: null, objects and arrays are nothing found. */
type Reader = (documents: readonly JsonObject[]) => JsonValue | undefined

/** What depends on the chain of wrappings alone. */
export interface Chain {
  /** Names of the wrappings. Plain JSON is none: it is what is left when there is none. */
  readonly names: readonly string[]
  /** The type that selects the mapping's rules; see {@link Mapping.typePath}. */
  readonly type: Reader
  readonly stamps: readonly { layer: string; name: string; read: Reader }[]
  /** The layers that give a message an id, outermost first. */
  readonly transports: readonly TransportId[]
  /** The same, innermost first. */
  readonly nearest: readonly TransportId[]
  /** The MD5 of a layer's body that is another's; null where there is none. */
  readonly wrongMd5: (documents: readonly JsonObject[]) => string | null
  readonly place: (documents: readonly JsonObject[]) => Place | null
  /** From the innermost document. */
  readonly payload: Accessor
  /** The same object for the same mapping. */
  planFor(mapping: TypeMapping): Plan
}

/** Where a layer has the id of its message. */
export interface TransportId {
  readonly layer: number
  readonly read: Reader
}

/** Where the fields of a record are looked for, for one chain and the mapping of one type. */
export interface Plan {
  readonly fields: Readonly<Record<Exclude<FieldName, 'sequence'>, Reader>>
  readonly entities: readonly { kind: string; read: Reader }[]
  readonly sequences: readonly SequencePlan[]
  readonly hops: HopReader
  /** Whether the type maps a sequence: then a delivery that has none is not checked. */
  readonly sequenceMapped: boolean
  /** What order by time goes by. */
  readonly timePer: SequencePer
}

interface SequencePlan {
  readonly read: Reader
  readonly kindOf: (documents: readonly JsonObject[]) => Exclude<SequenceKind, 'time'>
  readonly per: SequencePer
}

const outermostFirst: readonly FieldName[] = ['receivedAt', 'attempt', 'transportId']

/** Compiles one chain of wrappings, outermost first. */
export function compileChain(
  envelopes: readonly Envelope[],
  typePath: JsonPath | undefined,
): Chain {
  const last = envelopes.length - 1
  const document = envelopes[last]
  const plans = new Map<TypeMapping, Plan>()
  const transports = transportIds(envelopes)
  return {
    names: envelopes.filter(isWrapping).map(({ name }) => name),
    type: firstOf([
      ...(typePath ? [scalarAt(last, typePath)] : []),
      ...presetReaders(envelopes, 'type'),
    ]),
    stamps: envelopes.flatMap(({ name: layer, stamps }, at) =>
      Object.entries(stamps).map(([name, path]) => ({ layer, name, read: scalarAt(at, path) })),
    ),
    transports,
    nearest: [...transports].reverse(),
    wrongMd5: bodyCheck(envelopes),
    place: placeReader(envelopes),
    payload: document ? payloadReader(document) : compilePath([]),
    planFor(mapping) {
      const plan = plans.get(mapping) ?? compilePlan(envelopes, mapping)
      plans.set(mapping, plan)
      return plan
    },
  }
}

function transportIds(envelopes: readonly Envelope[]): TransportId[] {
  return envelopes.flatMap(({ fields: { transportId } }, layer) => {
    const readers = transportId?.map((place) => fieldReader('transportId', layer, place))
    return readers ? [{ layer, read: firstOf(readers) }] : []
  })
}

function compilePlan(envelopes: readonly Envelope[], mapping: TypeMapping): Plan {
  const last = envelopes.length - 1
  const field = (name: Exclude<FieldName, 'transportId' | 'sequence'>): Reader => {
    const path = mapping.fields[name]
    if (!path) return firstOf(presetReaders(envelopes, name))
    const mapped = fieldAt(name, last, path)
    // Where a type maps its key, nothing found means none.
    return name === 'key' ? mapped : firstOf([mapped, ...presetReaders(envelopes, name)])
  }
  const sequence = mapping.fields.sequence
  return {
    fields: {
      id: field('id'),
      source: field('source'),
      type: field('type'),
      time: field('time'),
      receivedAt: field('receivedAt'),
      key: field('key'),
      correlationId: field('correlationId'),
      causationId: field('causationId'),
      traceId: field('traceId'),
      replyTo: field('replyTo'),
      version: field('version'),
      replay: firstOf([field('replay'), ...headerMarks(envelopes)]),
      attempt: field('attempt'),
      transportId: firstOf(presetReaders(envelopes, 'transportId')),
    },
    entities: mapping.entities.map(({ kind, path }) => ({ kind, read: nameAt(last, path) })),
    sequences: sequence
      ? [mappedSequence(scalarAt(last, sequence), mapping)]
      : presetSequences(envelopes),
    hops: hopReader(envelopes, mapping.fields.time),
    sequenceMapped: sequence !== undefined,
    timePer: mapping.sequencePer,
  }
}

function mappedSequence(read: Reader, mapping: TypeMapping): SequencePlan {
  return { read, kindOf: () => mapping.sequenceType, per: mapping.sequencePer }
}

/** Sequences of wrappings count per source: CloudEvents says so, and DynamoDB's is the table. */
function presetSequences(envelopes: readonly Envelope[]): SequencePlan[] {
  return envelopes
    .map((envelope, layer): SequencePlan | undefined => {
      const paths = envelope.fields.sequence
      const { sequenceType = 'integer', sequenceTypeAt } = envelope
      const typeAt = sequenceTypeAt && scalarAt(layer, sequenceTypeAt)
      const kindOf = (documents: readonly JsonObject[]): SequenceType => {
        if (!typeAt) return sequenceType
        return scalarText(typeAt(documents)) === 'Integer' ? 'integer' : 'text'
      }
      return (
        paths && {
          read: firstOf(paths.map((path) => fieldReader('sequence', layer, path))),
          kindOf,
          per: 'source+key',
        }
      )
    })
    .filter((plan) => plan !== undefined)
    .reverse()
}

/** The innermost layer that has the field comes first; for what a transport knows the outermost. */
function presetReaders(envelopes: readonly Envelope[], field: FieldName): Reader[] {
  const readers = envelopes.map(({ fields, keyNeeds }, layer) => {
    const paths = (fields[field] ?? []).map((path) => fieldReader(field, layer, path))
    if (field !== 'key' || !keyNeeds) return paths
    const needed = scalarAt(layer, keyNeeds)
    return paths.map(
      (read): Reader =>
        (docs) =>
          needed(docs) === undefined ? undefined : read(docs),
    )
  })
  return (outermostFirst.includes(field) ? readers : readers.reverse()).flat()
}

/** The innermost layer first, as for other fields. */
function headerMarks(envelopes: readonly Envelope[]): Reader[] {
  const readers = envelopes.flatMap(({ headers }, layer) =>
    headers ? [derivedAt(layer, headerMark(headers))] : [],
  )
  return readers.reverse()
}

function scalarAt(layer: number, path: JsonPath): Reader {
  const read = compilePath(path)
  return (documents) => {
    const document = documents[layer]
    const value = document && read(document)
    return typeof value === 'object' ? undefined : value
  }
}

function fieldReader(field: FieldName, layer: number, place: JsonPath | Derived): Reader {
  return typeof place === 'function' ? derivedAt(layer, place) : fieldAt(field, layer, place)
}

function derivedAt(layer: number, derive: Derived): Reader {
  return (documents) => {
    const document = documents[layer]
    const value = document && derive(document)
    return typeof value === 'object' || value === '' ? undefined : value
  }
}

function fieldAt(field: FieldName, layer: number, path: JsonPath): Reader {
  return namingFields.has(field) ? nameAt(layer, path) : scalarAt(layer, path)
}

function nameAt(layer: number, path: JsonPath): Reader {
  const read = scalarAt(layer, path)
  return (documents) => {
    const value = read(documents)
    return value === '' ? undefined : value
  }
}

function firstOf(readers: readonly Reader[]): Reader {
  const [first, ...others] = readers
  if (!first) return () => undefined
  if (others.length === 0) return first
  return (documents) => {
    let value = first(documents)
    for (let at = 0; at < others.length && value === undefined; at++)
      value = others[at]?.(documents)
    return value
  }
}
