import type { ZlibOptions } from 'node:zlib'
import type { JsonObject, JsonValue } from '../../event/event.js'
import type { Envelope } from '../envelope.js'
import type { Outside } from '../outside.js'

/** How many entries of one record are taken apart: a few kilobytes of gzip hold millions. */
export const MAX_ENTRIES = 250_000

/** Why bytes cannot be decoded, as the end of a sentence that the encoding's name begins. */
export class ContentFault extends Error {}

/** What was encoded. */
export interface Piece {
  /** What the encoding itself says, such as a partition key. */
  document: JsonObject
  /** Or why this piece alone cannot be decoded. */
  content: Buffer | JsonValue | ContentFault
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
  recognises(bytes: Buffer, outside: Outside): boolean
  /** @throws ContentFault also where more than `mostBytes` would come out; Missing where something
   * has to be fetched first */
  decode(bytes: Buffer, mostBytes: number, outside: Outside): readonly Piece[]
  /** The inverse, for `evt generate`, of pieces of bytes; one, unless it is an aggregate. */
  encode(pieces: readonly BytesPiece[]): Buffer
}

export type BytesPiece = Piece & { readonly content: Buffer }

/** The bytes of the only piece there is. */
export function onlyContent([piece]: readonly BytesPiece[]): Buffer {
  return piece?.content ?? Buffer.alloc(0)
}

const LEAST_CHUNK = 256
const MOST_CHUNK = 16_384

/** How zlib is to unpack. Where it fails, Node keeps the chunk that it unpacked into until the
 * whole record is decoded, and a record may have very many: small data has a small chunk. */
export function unpackOptions(packed: Buffer, mostBytes: number): ZlibOptions {
  const chunkSize = Math.min(MOST_CHUNK, Math.max(LEAST_CHUNK, packed.length * 4))
  // Zlib takes a limit of zero for none.
  return { maxOutputLength: Math.max(1, mostBytes), chunkSize }
}

/** Why bytes are not unpacked that would be more than the limit. */
export function tooMuch(mostBytes: number): string {
  return `unpacks to more than the limit of ${mostBytes.toLocaleString('en')} bytes`
}

/** What a failure of zlib says about the bytes that it was to unpack. */
export function unpackFault(error: unknown, mostBytes: number): ContentFault {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_BUFFER_TOO_LARGE') return new ContentFault(tooMuch(mostBytes))
  return new ContentFault(code === 'Z_BUF_ERROR' ? 'ends before its data does' : 'is corrupt')
}
