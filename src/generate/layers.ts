import { base64 } from '../envelopes/codecs/base64.js'
import { type Codec, codecs } from '../envelopes/codecs/index.js'
import { type Envelope, shapeName, type WrapContent } from '../envelopes/envelope.js'
import { envelopes } from '../envelopes/index.js'
import { bodyBase64, bodyBytes, bodyText, entriesOf } from '../envelopes/wrap-body.js'
import type { JsonObject } from '../event/event.js'

/** One layer of what is written. */
export interface Layer {
  /** As `--envelope` has it. */
  readonly name: string
  /** What a reader finds; null for a list of documents, which is no wrapping by itself. */
  readonly envelope: Envelope | null
  /** Whether something stands inside; else it is the document. */
  readonly isAround: boolean
  /** Whether more than one thing may. */
  readonly holdsSeveral: boolean
  /** Of a FIFO queue or topic, which numbers what arrives. */
  readonly isFifo: boolean
  /** Puts it around one thing, or several where it holds them. */
  wrap(contents: readonly WrapContent[]): Wrapped
}

/** What a chain is made of. */
export interface ChainParts {
  /** Outermost first, at least one. */
  readonly layers: readonly Layer[]
  readonly document: Envelope
  /** Whether the document is a CloudEvent whose attributes are headers of what is around it. */
  readonly isBinary: boolean
  /** The innermost layer that holds several; -1 where none does. */
  readonly batchLayer: number
}

export type Wrapped = Record<string, unknown> | Buffer | string

const FIFO = '-fifo'
const fifoNames = ['sqs', 'sns', 'sqs-lambda'].map((name) => `${name}${FIFO}`)
/** Lambda is given notifications of SNS one by one. */
const alwaysOne = ['records-sns']

const writable = envelopes.filter(({ wrap }) => wrap !== undefined)

/** What `--envelope` may name, apart from modes of CloudEvents. */
export const layerNames: readonly string[] = [
  ...writable.map(shapeName),
  ...fifoNames,
  ...codecs.map(({ envelope }) => envelope.name),
  base64.name,
  'array',
  'lines',
]

export function layerNamed(name: string): Layer | undefined {
  if (name === base64.name) return base64Layer
  if (name === 'array') return list(name, (texts) => `[${texts.join(',')}]`)
  if (name === 'lines') return list(name, (texts) => texts.join('\n'))
  const codec = codecs.find(({ envelope }) => envelope.name === name)
  if (codec) return codecLayer(codec)
  const isFifo = fifoNames.includes(name)
  const shape = isFifo ? name.slice(0, -FIFO.length) : name
  const found = writable.find((envelope) => shapeName(envelope) === shape)
  return found && { ...envelopeLayer(found, name), isFifo }
}

/** An entry that its wrapper alone tells. */
export function entryLayer({ envelope }: Layer): Layer | undefined {
  const [entry] = envelope?.entryIs ?? []
  return entry && envelopeLayer(entry, shapeName(entry))
}

/** Bytes are base64 where there is text. */
export const base64Layer: Layer = {
  name: base64.name,
  envelope: base64,
  isAround: true,
  holdsSeveral: false,
  isFifo: false,
  wrap: ([content]) => (content ? bodyBase64(content) : ''),
}

function envelopeLayer(envelope: Envelope, name: string): Layer {
  const { inner, entries, wrap } = envelope
  return {
    name,
    envelope,
    isAround: (inner ?? entries) !== undefined,
    holdsSeveral: entries !== undefined && !alwaysOne.includes(name),
    isFifo: false,
    wrap(contents) {
      const [first] = contents
      if (!first || !wrap) return {}
      return wrap(entries ? { ...first, entries: contents.flatMap(entryOf) } : first)
    },
  }
}

function entryOf(content: WrapContent): readonly unknown[] {
  return content.body === undefined ? entriesOf(content) : [content.body]
}

function codecLayer(codec: Codec): Layer {
  const { envelope } = codec
  return {
    name: envelope.name,
    envelope,
    isAround: true,
    holdsSeveral: envelope.name === 'kpl',
    isFifo: false,
    wrap: (contents) =>
      codec.encode(
        contents.map((content, entry) => ({
          document: saidBy(envelope, content),
          content: bodyBytes(content),
          entry,
        })),
      ),
  }
}

/** What an encoding says itself. */
function saidBy({ name }: Envelope, { key, id }: WrapContent): JsonObject {
  switch (name) {
    case 'kpl':
      return { partitionKey: key ?? id }
    case 'glue':
      return { schemaVersionId: 'b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63' }
    case 'confluent':
      return { schemaId: 1 }
    default:
      return {}
  }
}

function list(name: string, textOf: (texts: readonly string[]) => string): Layer {
  return {
    name,
    envelope: null,
    isAround: true,
    holdsSeveral: true,
    isFifo: false,
    wrap: (contents) => textOf(contents.map(bodyText)),
  }
}
