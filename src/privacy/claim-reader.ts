import { claimsIn, claimText } from '../envelopes/claim-check.js'
import { createDecoder, type RecordValue } from '../envelopes/decode.js'
import { complete } from '../envelopes/missing.js'
import type { Claim, Claims, Outside } from '../envelopes/outside.js'
import type { Decoded, JsonValue } from '../event/event.js'
import { MAY_BE_PACKED } from '../event/packed.js'
import { linksIn } from './claim-names.js'
import { recordsOf } from './event-places.js'
import { JsonLayer } from './json-layer.js'
import { sha256 } from './seals.js'

type Decode = (record: RecordValue) => Decoded[]
type DecoderOptions = Omit<Parameters<typeof createDecoder>[0], 'outside'>

interface Pointed {
  readonly claims: readonly Claim[]
  /** By their addresses the SHA-256 of payloads as they were read. */
  readonly read: ReadonlyMap<string, string>
  readonly links: readonly Claim[]
}

/** What a record points to as it is, and as it is to become. */
export interface RecordClaims {
  readonly before: readonly Claim[]
  readonly after: readonly Claim[]
  /** Addresses of objects of S3 that it has as it is, whatever they are there for. */
  readonly links: readonly Claim[]
  /** By their addresses the SHA-256 of payloads as they were read. */
  readonly read: ReadonlyMap<string, string>
}

const named = /s3Key|S3Payload|dataref|s3:|amazonaws|\\/
const packed = new RegExp(MAY_BE_PACKED)

/** Whether a text may point to a payload: quick, and never wrongly no. */
export function mayPoint(text: string): boolean {
  return named.test(text) || packed.test(text)
}

/** Reads records with their payloads in place of the pointers to them, and tells what they point
 * to: whatever a reader would fetch, and pointers inside of documents, which nobody follows. */
export class ClaimReader {
  /** Each payload is asked for as it is needed. */
  readonly decode: Decode
  /** Pointers stay pointers. */
  readonly unfollowed: Decode
  /** Addresses of payloads that could not be read: of whom they are is not known. */
  readonly unread = new Set<string>()
  readonly #asked = new WeakMap<Decoded[], readonly Claim[]>()
  readonly #contents = new WeakMap<Claim, Buffer>()
  readonly #hashes = new WeakMap<Buffer, string>()

  constructor(options: DecoderOptions, { schemas, claims }: Outside & { claims: Claims }) {
    let asked: Claim[] = []
    const observed: Claims = {
      content: (claim) => {
        asked.push(claim)
        const found = claims.content(claim)
        if (found.ok) this.#contents.set(claim, found.value)
        else this.unread.add(claimText(claim))
        return found
      },
    }
    const decode = createDecoder({ ...options, outside: { schemas, claims: observed } })
    const unfollowed = createDecoder({ ...options, outside: { schemas } })
    this.unfollowed = unfollowed
    this.decode = (record) => {
      asked = []
      const followed = decode(record)
      const areRead = followed.every(({ kind }) => kind === 'event')
      const decoded = areRead ? followed : readable(followed, unfollowed(record))
      this.#asked.set(decoded, asked)
      return decoded
    }
  }

  /** What the records of a JSON text point to, each once, and other addresses that they have.
   * @param column of a row of a table, which holds its records as JSON */
  async claimsOf(text: string, column: string | undefined): Promise<Pointed> {
    const whole = new JsonLayer(text)
    const found = new Map<string, Claim>()
    const read = new Map<string, string>()
    const add = (claims: readonly Claim[]) => {
      for (const claim of claims) found.set(claimText(claim), claim)
    }
    const links: Claim[] = []
    const look = (value: JsonValue) => {
      add(claimsIn(value))
      links.push(...linksIn(value))
    }
    for (const layer of whole.layers()) look(layer.valueOf(layer.root))
    const { layer, records = [] } = recordsOf(whole, column) ?? {}
    for (const record of layer ? records : []) {
      const value = layer?.valueOf(record)
      if (typeof value !== 'object' || value === null) continue
      const sizeBytes = record.end - record.start
      const asked = { value, position: { path: '', record: 1 }, sizeBytes, head: new Uint8Array() }
      const decoded = await complete(() => this.decode(asked))
      const claims = this.#asked.get(decoded) ?? []
      add(claims)
      for (const claim of claims) {
        const content = this.#contents.get(claim)
        if (content) read.set(claimText(claim), this.#hashOf(content))
      }
      for (const one of decoded) {
        if (one.kind === 'event') look(one.event.document)
      }
    }
    return { claims: [...found.values()], links, read }
  }

  #hashOf(content: Buffer): string {
    const hash = this.#hashes.get(content) ?? sha256(content)
    this.#hashes.set(content, hash)
    return hash
  }
}

/** What can be read: an event whose payload cannot be says itself whom it is about, or nothing. */
function readable(followed: Decoded[], unfollowed: readonly Decoded[]): Decoded[] {
  if (unfollowed.length !== followed.length) return followed
  return followed.map((one, n) => (one.kind === 'event' ? one : (unfollowed[n] ?? one)))
}
