import { claimsIn, claimText } from '../envelopes/claim-check.js'
import type { RecordValue } from '../envelopes/decode.js'
import { complete } from '../envelopes/missing.js'
import type { Claim, Claims, Found } from '../envelopes/outside.js'
import type { Decoded, Position } from '../event/event.js'
import type { BundleWriter } from './bundle-writer.js'
import type { FoundEvent } from './found-event.js'
import type { ClaimedObject } from './manifest.js'
import { sha256 } from './seals.js'

interface Pointed {
  claim: Claim
  events: number
  /** What was read of it when the archive was. */
  sha256: string | undefined
}

interface Noted {
  claim: Claim
  sha256: string
}

type Decode = (record: RecordValue) => Decoded[]

const MOST_UNREAD = 1_000
const NOT_FOLLOWED = 'was not followed: --follow-claims s3, or a folder with a copy, does'
const NOT_IN_S3 = 'is not in S3, and is not fetched'
const OF_OTHERS =
  'is not copied: it would show what is masked of others; events.ndjson has its content'
const CHANGED = 'was changed while it was searched'

/** What the events of a subject point to, and what could not be followed. */
export class Claimed {
  readonly #inner: Claims | undefined
  /** Of the record that is being decoded. */
  #asked: Noted[] = []
  /** By position: what an event was made of. */
  readonly #noted = new Map<string, Noted[]>()
  readonly #pointed = new Map<string, Pointed>()
  readonly #unread = new Map<string, string>()
  #moreUnread = 0

  constructor(inner: Claims | undefined) {
    this.#inner = inner
  }

  /** The same payloads, of which is noted who asked for them. */
  get claims(): Claims | undefined {
    const inner = this.#inner
    return inner && { content: (claim) => this.#content(inner, claim) }
  }

  /** A decoder, of which is noted what its events were made of. */
  observed(decode: Decode): Decode {
    if (!this.#inner) return decode
    return (record) => {
      this.#asked = []
      const decoded = decode(record)
      const asked = this.#asked
      for (const one of asked.length === 0 ? [] : decoded) {
        if (one.kind === 'event') this.#noted.set(placeText(one.event.position), asked)
      }
      return decoded
    }
  }

  /** Called with each event of the subject, before anything of it is masked. */
  add({ position, document }: FoundEvent): void {
    const followed = this.#noted.get(placeText(position)) ?? []
    const left = claimsIn(document).map((claim) => ({ claim, sha256: undefined }))
    const all = new Map([...left, ...followed].map((one) => [claimText(one.claim), one]))
    for (const [text, one] of all) {
      const pointed = this.#pointed.get(text) ?? { ...one, events: 0 }
      pointed.events += 1
      this.#pointed.set(text, pointed)
    }
  }

  /** Copies them into a bundle, unless they would show what is masked. */
  async copyTo(writer: BundleWriter, isMasked: boolean): Promise<ClaimedObject[]> {
    const rows: ClaimedObject[] = []
    for (const [address, pointed] of this.#pointed) {
      const name = `claim-${rows.length + 1}`
      const { events } = pointed
      const found = isMasked ? refused(OF_OTHERS) : await this.#fetched(pointed)
      if (!found.ok) rows.push({ address, events, ...nothing, reason: found.detail })
      else {
        const { name: file, ...copied } = await writer.addBytes(name, found.value)
        rows.push({ address, events, file, ...copied, reason: null })
      }
    }
    const others = [...this.#unread].filter(([address]) => !this.#pointed.has(address))
    return [...rows, ...others.map(unknownOf)]
  }

  /** How many payloads could not be read: whom they are about is not known. */
  get unread(): number {
    return this.#unread.size + this.#moreUnread
  }

  #content(inner: Claims, claim: Claim): Found<Buffer> {
    const found = inner.content(claim)
    if (found.ok) this.#asked.push({ claim, sha256: sha256(found.value) })
    else if (this.#unread.size < MOST_UNREAD) this.#unread.set(claimText(claim), found.detail)
    else this.#moreUnread += 1
    return found
  }

  async #fetched({ claim, sha256: known }: Pointed): Promise<Found<Buffer>> {
    const inner = this.#inner
    if (!('key' in claim)) return refused(NOT_IN_S3)
    if (!inner) return refused(NOT_FOLLOWED)
    const found = await complete(() => inner.content(claim))
    if (!found.ok || known === undefined || sha256(found.value) === known) return found
    return refused(CHANGED)
  }
}

const nothing = { file: null, bytes: null, sha256: null }

function unknownOf([address, reason]: [string, string]): ClaimedObject {
  return { address, events: null, ...nothing, reason }
}

function refused(detail: string): { ok: false; detail: string } {
  return { ok: false, detail }
}

function placeText({ path, record }: Pick<Position, 'path' | 'record'>): string {
  return `${record} ${path}`
}
