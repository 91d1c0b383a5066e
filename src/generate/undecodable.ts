import type { JsonPath } from '../event/json-path.js'
import type { Chain } from './chain.js'
import type { Random } from './random.js'
import type { TextFormat } from './settings.js'
import type { BadEntry } from './wrap.js'

const undecodableKinds = ['cut', 'not UTF-8', 'not an object', 'bad body'] as const
export type UndecodableKind = (typeof undecodableKinds)[number]

const notObjects = ['5', 'true', 'null', '"a text"', '-1.5e3']

/**
 * Bytes that stand for one undecodable record (DESIGN §8) between two good ones, made of one.
 *
 * In a JSON array only values that are no objects, and bodies that are no JSON, leave the rest
 * readable. In concatenated JSON a bad place ends where the next readable object starts, so what is
 * broken there has no objects inside.
 */
export function undecodable(
  format: TextFormat,
  record: string,
  { chain, random }: { chain: Chain; random: Random },
): { kind: UndecodableKind; bytes: Buffer } {
  const body = cutBody(chain)
  const kinds = undecodableKinds.filter((kind) =>
    kind === 'bad body' ? body !== undefined : format !== 'array' || kind === 'not an object',
  )
  const kind = kinds[random.below(kinds.length)] ?? 'not an object'
  return { kind, bytes: bytesOf(kind) }

  function bytesOf(wanted: UndecodableKind): Buffer {
    if (wanted === 'not an object') {
      return Buffer.from(notObjects[random.below(notObjects.length)] ?? '5')
    }
    if (wanted === 'bad body') return Buffer.from(withCutBody(record, body ?? []))
    const head = `{"note":"gr`
    if (wanted === 'not UTF-8') {
      return Buffer.concat([Buffer.from(head), Buffer.from([0xfc, 0xdf]), Buffer.from('e"}')])
    }
    if (format !== 'ndjson') return Buffer.from(head)
    return Buffer.from(record.slice(0, Math.ceil(record.length * (0.1 + random.unit() * 0.8))))
  }
}

/** Where the body of the outermost layer is, if a part of it is no event. */
function cutBody({ layers, isBinary }: Chain): JsonPath | undefined {
  const [outermost] = layers
  const isEvent = (isBinary && layers.length === 2) || layers.some(({ name }) => name === 'lines')
  return isEvent ? undefined : outermost?.envelope?.inner
}

/** An entry of a batch that is JSON, and no event. */
export function badEntry(at: number, random: Random): BadEntry {
  return { at, text: notObjects[random.below(notObjects.length)] ?? '5' }
}

function withCutBody(record: string, [name = '', ...below]: JsonPath): string {
  const message: Record<string, unknown> = JSON.parse(record)
  const value = message[name]
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const cut =
    below.length > 0 ? JSON.parse(withCutBody(text, below)) : text.slice(0, text.length >> 1)
  return JSON.stringify({ ...message, [name]: cut })
}
