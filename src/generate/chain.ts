import { type Envelope, shapeName, type WrapContent } from '../envelopes/envelope.js'
import { envelopes } from '../envelopes/index.js'
import { createUnwrapper } from '../envelopes/layers.js'
import { EvtError } from '../errors.js'
import { parseJson } from '../event/json.js'
import { suggest } from '../event/suggest.js'

/** Wrappings around one another. The innermost is itself the document (json, eventbridge, …), the
 * others are transports (sqs, sns, …) and wrappers of several records, here of one. */
export interface Chain {
  /** `sqs>sns>eventbridge` */
  readonly name: string
  /** Outermost first, at least one. */
  readonly layers: readonly Envelope[]
  readonly document: Envelope
  /** A transport records when a message arrived, in whole milliseconds; else the document does. */
  readonly recordsArrival: boolean
  /** Whether a delivery can say that it is a replay. */
  readonly namesReplays: boolean
  /** Whether a delivery can say that it is not the first receive of its message. */
  readonly countsAttempts: boolean
}

const MIXED = 'mixed'
const MAX_LAYERS = 4
const mixedChains = [
  'eventbridge',
  'json',
  'cloudevents',
  'sqs>sns>eventbridge',
  'sqs',
  'sns>cloudevents',
]

const writable = envelopes.filter(({ wrap }) => wrap !== undefined)

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
  const layers = names.map((name) => envelopeOf(name.trim(), text))
  const innermost = layers.at(-1)
  if (innermost && isAround(innermost)) layers.push(envelopeOf('json', text))
  const document = layers.at(-1)
  const misplaced = layers.slice(0, -1).find((layer) => !isAround(layer))
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
  const outermost = layers.find(({ isBare }) => !isBare)
  const chain = {
    name: layers.map(shapeName).join('>'),
    layers,
    document,
    recordsArrival: outermost?.fields.receivedAt !== undefined,
    namesReplays: document.fields.replay !== undefined,
    countsAttempts: outermost?.fields.attempt !== undefined,
  }
  checkReadable(chain, text)
  return chain
}

function isAround({ inner, entries }: Envelope): boolean {
  return (inner ?? entries) !== undefined
}

const sample: WrapContent = {
  document: {},
  id: 'e',
  source: 's',
  type: 't',
  timeUs: 0,
  receivedAtUs: 0,
  transportId: '1',
  attempt: 1,
  key: null,
  arrival: null,
  replay: null,
}

/** A wrapper is told by what is in it: Lambda's records by their source. */
function checkReadable(chain: Chain, text: string): void {
  const document = chain.document.wrap?.(sample) ?? {}
  const record = wrapInChain(chain, document, (_, inside) => ({ ...sample, document: inside }))
  const [found] = createUnwrapper(envelopes)(parseJson(JSON.stringify(record)))
  const read = found?.ok ? found.envelopes : []
  const { layers } = chain
  if (read.length === layers.length && read.every((layer, n) => layer === layers[n])) return
  throw new EvtError(`${text} would not be read as what it is written as`, {
    code: 'usage',
    hint: 'wrappers go around what they are of: records>sqs-lambda, records-kinesis>kinesis',
  })
}

function envelopeOf(name: string, text: string): Envelope {
  const found = writable.find((envelope) => shapeName(envelope) === name)
  if (found) return found
  const names = writable.map(shapeName)
  const near = suggest(name, [...names, MIXED])
  const place = name === text ? '' : ` in ${text}`
  throw new EvtError(`unknown envelope ${name === '' ? '""' : name}${place}`, {
    code: 'usage',
    hint: near
      ? `did you mean ${near}?`
      : `the envelopes are ${names.join(', ')}; chains such as sqs>sns>eventbridge; and mixed`,
  })
}

/** Puts the transports of a chain around the document, the innermost first. */
export function wrapInChain(
  chain: Chain,
  document: Record<string, unknown>,
  contentOf: (layer: number, document: Record<string, unknown>) => WrapContent,
): Record<string, unknown> {
  let wrapped = document
  for (let layer = chain.layers.length - 2; layer >= 0; layer--) {
    const wrap = chain.layers[layer]?.wrap
    if (wrap) wrapped = wrap(contentOf(layer, wrapped))
  }
  return wrapped
}
