import { createDecoder } from '../envelopes/decode.js'
import type { WrapContent } from '../envelopes/envelope.js'
import { envelopes } from '../envelopes/index.js'
import { createUnwrapper } from '../envelopes/layers.js'
import { EvtError } from '../errors.js'
import type { EventRecord } from '../event/event.js'
import { parseJson } from '../event/json.js'
import { createMapping } from '../event/mapping.js'
import { suggest } from '../event/suggest.js'
import { documentOf } from './document.js'
import {
  base64Layer,
  type ChainParts,
  entryLayer,
  type Layer,
  layerNamed,
  layerNames,
} from './layers.js'
import { wrapInChain } from './wrap.js'

/** Wrappings around one another. The innermost is itself the document (json, eventbridge, …), the
 * others are transports (sqs, sns, …), encodings, and wrappers of several. */
export interface Chain extends ChainParts {
  /** `sqs>sns>eventbridge` */
  readonly name: string
  /** A transport records when a message arrived, in whole milliseconds; else the document does. */
  readonly recordsArrival: boolean
  /** Whether all of a batch are of one message: they arrived at one time, and come again as one. */
  readonly sharesMessage: boolean
  /** Whether a delivery can say that it is a replay. */
  readonly namesReplays: boolean
  /** Whether a delivery can say that it is not the first receive of its message. */
  readonly countsAttempts: boolean
  /** The layer whose numbers say in what order deliveries arrived: those of one key, or all. */
  readonly place: ChainPlace | null
}

interface ChainPlace {
  readonly layer: number
  readonly isOfKey: boolean
}

const MIXED = 'mixed'
export const MAX_LAYERS = 8
const mixedChains = [
  'eventbridge',
  'json',
  'cloudevents',
  'sqs>sns>eventbridge',
  'sqs',
  'sns>cloudevents',
]
const BINARY = 'cloudevents-binary'
const BATCH = 'cloudevents-batch'

const single = [...layerNames, BATCH, BINARY]
/** What `--envelope` takes, apart from chains. */
export const envelopeNames: readonly string[] = [...single, MIXED]

/**
 * Reads `--envelope`: a wrapping, a chain of them as `sqs>sns>eventbridge` or
 * `sqs(sns(eventbridge))`, outermost first, or `mixed`. A transport alone carries plain JSON.
 *
 * @throws EvtError `usage`, with the wrapping that was probably meant
 */
export function parseChains(text: string): Chain[] {
  return text === MIXED ? mixedChains.map(parseChain) : [parseChain(text)]
}

function parseChain(text: string): Chain {
  const names = text.replace(/\)+$/, '').split(/[>(]/)
  const layers = withImplied(names.flatMap((name) => layersOf(name.trim(), text)))
  const innermost = layers.at(-1)
  const document = innermost?.envelope
  const misplaced = layers.slice(0, -1).find(({ isAround }) => !isAround)
  if (misplaced || !document) {
    const name = misplaced?.name ?? text
    throw new EvtError(`${name} cannot be wrapped around another envelope in ${text}`, {
      code: 'usage',
      hint: 'the outermost comes first: sqs>sns>eventbridge',
    })
  }
  if (layers.length > MAX_LAYERS) {
    const message = `${text} has ${layers.length} layers; at most ${MAX_LAYERS} are written`
    throw new EvtError(message, { code: 'usage' })
  }
  const batchLayer = layers.findLastIndex(({ holdsSeveral }) => holdsSeveral)
  const isBinary = innermost.name === BINARY
  return readableChain({ layers, document, isBinary, batchLayer }, text)
}

/** Adds what nobody writes: that bytes are base64 where there is text, the entries of a wrapper,
 * plain JSON in a transport. */
function withImplied(named: readonly Layer[]): Layer[] {
  const layers = named.flatMap((layer, n) => {
    const next = named[n + 1]
    const { inner, innerIs } = (entryLayer(layer) ?? layer).envelope ?? {}
    const isBytes = next?.envelope?.isCodec === true && next.name !== base64Layer.name
    const isText = inner !== undefined && innerIs !== 'base64'
    return [layer, entryLayer(layer), isBytes && isText ? base64Layer : undefined]
  })
  const all = layers.filter((layer) => layer !== undefined)
  return all.at(-1)?.isAround ? [...all, ...layersOf('json', 'json')] : all
}

function layersOf(name: string, text: string): Layer[] {
  if (name === BATCH) return [...layersOf('array', text), ...layersOf('cloudevents', text)]
  if (name === BINARY) {
    return layersOf('cloudevents', text).map((layer) => ({ ...layer, name: BINARY }))
  }
  const found = layerNamed(name)
  if (found) return [found]
  const near = suggest(name, envelopeNames)
  const place = name === text ? '' : ` in ${text}`
  throw new EvtError(`unknown envelope ${name === '' ? '""' : name}${place}`, {
    code: 'usage',
    hint: near
      ? `did you mean ${near}?`
      : `the envelopes are ${single.join(', ')}; chains such as sqs>sns>eventbridge; and mixed`,
  })
}

const sample: WrapContent = {
  document: { a: 1 },
  id: 'e',
  source: 's',
  type: 't',
  timeUs: 1e15,
  receivedAtUs: 1e15,
  transportId: '1',
  attempt: 1,
  key: 'k',
  arrival: 1,
  replay: null,
}

/** A wrapper is told by what is in it: Lambda's records by their source. What is written has to be
 * read as what it is, and what a delivery can say of itself is what was read. */
function readableChain(parts: ChainParts, text: string): Chain {
  const event = readSample(parts, text)
  const { layers, document, batchLayer } = parts
  const recordsArrival = event.receivedAtUs !== null
  const countsAttempts = event.attempt !== null
  const tells = (field: 'receivedAt' | 'attempt') =>
    layers.findIndex(({ envelope }) => envelope?.fields[field] !== undefined)
  return {
    ...parts,
    name: layers.map(({ name }) => name).join('>'),
    recordsArrival,
    sharesMessage: recordsArrival && tells('receivedAt') < batchLayer,
    namesReplays: document.fields.replay !== undefined,
    countsAttempts,
    place: placeOf(layers),
  }
}

function readSample(parts: ChainParts, text: string): EventRecord {
  // Libzstd is loaded when it is used: what zstd is around, gzip can be around.
  const layers = parts.layers.map((layer) => (layer.name === 'zstd' ? gzip : layer))
  const inside = documentOf(parts, sample)
  const { document, body } = wrapInChain({ ...parts, layers }, [inside], () => sample)
  if (body !== undefined) throw bareBody(parts, text)
  const value = parseJson(JSON.stringify(document))
  const [found] = createUnwrapper(envelopes)(value)
  const read = found?.ok ? found.envelopes : []
  const written = layers.flatMap(({ envelope }) => envelope ?? [])
  const position = { path: '', record: 1 }
  const decode = createDecoder({ mapping: createMapping({}) })
  const [decoded] = decode({ value, position, sizeBytes: 0, head: new Uint8Array() })
  const isSame = read.length === written.length && read.every((each, n) => each === written[n])
  if (isSame && decoded?.kind === 'event') return decoded.event
  throw new EvtError(`${text} would not be read as what it is written as`, {
    code: 'usage',
    hint: 'wrappers go around what they are of: records>sqs-lambda, records-kinesis>kinesis',
  })
}

const [gzip] = layersOf('gzip', 'gzip') as [Layer] // one for each name

function bareBody({ layers }: ChainParts, text: string): EvtError {
  const [outermost] = layers
  return new EvtError(`${outermost?.name} has to be in something in ${text}`, {
    code: 'usage',
    hint:
      outermost?.envelope === null
        ? 'in a message, as sqs>cloudevents-batch; a whole file is --format array'
        : 'in a message, as kinesis>gzip>eventbridge; a whole file is packed by --compression',
  })
}

/** As place.ts has it. Kinesis's numbers are in order of arrival already. */
function placeOf(layers: readonly Layer[]): ChainPlace | null {
  const layer = layers.findIndex(({ envelope }) => envelope && !envelope.entries)
  const { envelope, isFifo } = layers[layer] ?? {}
  if (isFifo && envelope?.place) return { layer, isOfKey: true }
  if (envelope?.name === 'dynamodb') return { layer, isOfKey: true }
  return envelope?.name === 'kafka' ? { layer, isOfKey: false } : null
}
