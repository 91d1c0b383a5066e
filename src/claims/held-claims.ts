import { Missing } from '../envelopes/missing.js'
import type { Claim, Claims, Found } from '../envelopes/outside.js'
import { MAX_RECORD_BYTES } from '../event/event.js'

/** @param claim of S3 */
export type FetchClaim = (claim: { bucket: string; key: string }) => Promise<Found<Buffer>>

/** The claims of one record are held at the same time: twice its limit, since the one that goes
 * beyond it is as large at most. */
const MOST_BYTES = 2 * MAX_RECORD_BYTES
const MOST_ENTRIES = 10_000

/** Payloads that were fetched, for as long as there is room: the record that misses one asks for it
 * again at once. Those that were not asked for the longest go first. */
export class HeldClaims implements Claims {
  readonly #held = new Map<string, Found<Buffer>>()
  readonly #coming = new Map<string, Promise<void>>()
  readonly #fetch: FetchClaim
  #bytes = 0

  constructor(fetch: FetchClaim) {
    this.#fetch = fetch
  }

  content(claim: Claim): Found<Buffer> {
    if (!('key' in claim)) return { ok: false, detail: 'is not in S3, and is not fetched' }
    const name = JSON.stringify([claim.bucket, claim.key])
    const held = this.#held.get(name)
    if (!held) throw new Missing(() => this.#fetched(name, claim))
    this.#held.delete(name)
    this.#held.set(name, held)
    return held
  }

  /** Several records may wait for one. */
  #fetched(name: string, claim: { bucket: string; key: string }): Promise<void> {
    const known = this.#coming.get(name)
    if (known) return known
    const coming = this.#fetch(claim)
      .then((found) => this.#hold(name, found))
      .finally(() => this.#coming.delete(name))
    this.#coming.set(name, coming)
    return coming
  }

  #hold(name: string, found: Found<Buffer>): void {
    this.#held.set(name, found)
    this.#bytes += sizeOf(found)
    for (const [oldest, of] of this.#held) {
      const isFull = this.#bytes > MOST_BYTES || this.#held.size > MOST_ENTRIES
      if (!isFull || oldest === name) break
      this.#held.delete(oldest)
      this.#bytes -= sizeOf(of)
    }
  }
}

function sizeOf(found: Found<Buffer>): number {
  return found.ok ? found.value.length : 0
}
