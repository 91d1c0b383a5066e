import { createHash } from 'node:crypto'
import { claimText } from '../envelopes/claim-check.js'
import type { Claim } from '../envelopes/outside.js'
import { lastOf, nameOf, namesOf } from './claim-names.js'
import type { Verdict } from './verdict.js'

/** A payload that events point to which go. */
export interface Released {
  readonly claim: Claim
  /** How many records point to it that go. */
  records: number
  /** Of what was read there for these; empty where that changed meanwhile. */
  sha256?: string | undefined
}

/** What the records of one object point to. */
export class ClaimCounts {
  readonly released = new Map<string, Released>()
  readonly kept = new NameSet()
  /** Whether something stays of which nobody knows what it points to. */
  isUnclear = false

  add({ claims, text, changed, mentioned, isUnclear = false }: Verdict): void {
    if (isUnclear && text !== null) this.isUnclear = true
    if (!claims) return
    const after = new Set(claims.after.map(claimText))
    // Of what goes and what is made empty in one record nobody tells which had the pointer.
    const isUnsure = text !== null && changed + mentioned > 0
    const links = text === null ? [] : claims.links
    for (const claim of [...claims.after, ...links]) this.kept.add(namesOf(claim))
    for (const claim of claims.before) {
      const address = claimText(claim)
      if (isUnsure) this.kept.add(namesOf(claim))
      const one = { claim, records: 1, sha256: claims.read.get(address) }
      if (!after.has(address)) release(this.released, address, one)
    }
  }
}

/** What all records of the sources point to, and which of it nobody does once they are erased. */
export class ClaimTally {
  readonly released = new Map<string, Released>()
  /** The first of what could not be read: whatever it points to is not known. */
  unread: string | undefined
  readonly #kept = new NameSet()

  /** Of an erased event, whatever becomes of it. */
  point(claim: Claim): void {
    release(this.released, claimText(claim), { claim, records: 0 })
  }

  /** @param fate what becomes of the object that they are in: `gone`, as a whole */
  add(counts: ClaimCounts, fate: 'written' | 'kept' | 'gone', path: string): void {
    for (const [address, one] of counts.released) {
      release(this.released, address, one)
      if (fate === 'kept') this.#kept.add(namesOf(one.claim))
    }
    if (fate === 'gone') return
    this.#kept.addAll(counts.kept)
    if (counts.isUnclear) this.unread ??= path
  }

  /** Whether an event that stays points there, by whatever address. */
  isKept(claim: Claim): boolean {
    if (!('key' in claim)) return namesOf(claim).some((name) => this.#kept.has(name))
    return this.#kept.has(nameOf(claim)) || this.#kept.has(lastOf(claim.key))
  }
}

function release(all: Map<string, Released>, address: string, one: Released): void {
  const known = all.get(address)
  if (!known) {
    all.set(address, { ...one })
    return
  }
  known.records += one.records
  known.sha256 ??= one.sha256
  if (one.sha256 !== undefined && one.sha256 !== known.sha256) known.sha256 = ''
}

const SHARDS = 64

/** Names, by 48 bits of their hash: an archive may point to many millions of payloads. A name that
 * is taken for another one stays where it might have gone. */
class NameSet {
  readonly #shards = Array.from({ length: SHARDS }, () => new Set<number>())

  add(names: readonly string[]): void {
    for (const name of names) {
      const hash = hashOf(name)
      this.#shards[hash % SHARDS]?.add(hash)
    }
  }

  addAll(other: NameSet): void {
    for (const [n, shard] of other.#shards.entries()) {
      for (const hash of shard) this.#shards[n]?.add(hash)
    }
  }

  has(name: string): boolean {
    const hash = hashOf(name)
    return this.#shards[hash % SHARDS]?.has(hash) === true
  }
}

function hashOf(name: string): number {
  return createHash('sha256').update(name).digest().readUIntBE(0, 6)
}
