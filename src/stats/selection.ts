import type { Deliveries, Group } from './deliveries.js'

/** What is measured (DESIGN §7): half-open, on `receivedAt` where known, else `time`. */
export interface Selection {
  sinceUs: number | null
  untilUs: number | null
  isTypeWanted?: ((type: string) => boolean) | undefined
  /** The share of identities measured; null: all. */
  sample?: number | null
}

/** Globs over types: `*` is any text, `?` any character. */
export function typeMatcher(globs: readonly string[]): (type: string) => boolean {
  const patterns = globs.map((glob) => {
    const parts = glob.split(/([*?])/).map((part) => {
      if (part === '*') return '.*'
      return part === '?' ? '.' : part.replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    })
    return new RegExp(`^${parts.join('')}$`, 'su')
  })
  return (type) => patterns.some((pattern) => pattern.test(type))
}

const WORDS = 2 ** 32

/** Drops the deliveries from `first` on that are not selected, closing the gaps. */
export function select(deliveries: Deliveries, selection: Selection, first: number): void {
  const isWanted = wantedIn(deliveries, selection)
  if (!isWanted) return
  let kept = first
  for (let at = first; at < deliveries.count; at++) {
    if (!isWanted(at)) continue
    deliveries.move(at, kept)
    kept += 1
  }
  deliveries.truncate(kept)
}

function wantedIn(deliveries: Deliveries, selection: Selection): ((at: number) => boolean) | null {
  const { sinceUs, untilUs, isTypeWanted, sample = null } = selection
  if (sinceUs === null && untilUs === null && !isTypeWanted && sample === null) return null
  const groupWanted = new Map<Group, boolean>()
  const typeIn = (at: number) => {
    const group = deliveries.groups[deliveries.groupOf[at] as number]
    if (!isTypeWanted || !group) return true
    const known = groupWanted.get(group) ?? isTypeWanted(group.type)
    groupWanted.set(group, known)
    return known
  }
  const timeIn = (at: number) => {
    if (sinceUs === null && untilUs === null) return true
    const receivedAtUs = deliveries.receivedUs[at] as number
    const us = Number.isNaN(receivedAtUs) ? (deliveries.timesUs[at] as number) : receivedAtUs
    return us >= (sinceUs ?? Number.NEGATIVE_INFINITY) && us < (untilUs ?? Number.POSITIVE_INFINITY)
  }
  // The high word has nothing to do with the places in the tables, which the low one chooses.
  const sampled = (at: number) =>
    sample === null || (deliveries.identities[at * 2 + 1] as number) < sample * WORDS
  return (at) => sampled(at) && timeIn(at) && typeIn(at)
}
