import type { JsonObject, JsonValue } from '../../event/event.js'
import type { Envelope } from '../envelope.js'

/** Why bytes cannot be decoded, as the end of a sentence that the encoding's name begins. */
export class ContentFault extends Error {}

/** What was encoded. */
export interface Piece {
  /** What the encoding itself says, such as a partition key. */
  document: JsonObject
  content: Buffer | JsonValue
  /** Which entry of an aggregate, from 0; null: the only one. */
  entry: number | null
}

/**
 * One encoding of bytes. Add one: a file with a constant of this type, a line in `index.ts`, a
 * fixture. Its envelope has no conditions, and stands in the chain of what was in it.
 */
export interface Codec {
  envelope: Envelope
  /** By the first bytes. */
  recognises(bytes: Buffer): boolean
  /** @throws ContentFault also where more than `mostBytes` would come out */
  decode(bytes: Buffer, mostBytes: number): readonly Piece[]
}

/** Why bytes are not unpacked that would be more than the limit. */
export function tooMuch(mostBytes: number): string {
  return `unpacks to more than the limit of ${mostBytes.toLocaleString('en')} bytes`
}
