import { compareText } from '../../event/sequence.js'
import type { Draft } from './finding.js'

const rank = { fault: 0, warning: 1, note: 2 } as const

/**
 * Faults first, then warnings, then notes. Among these the weightiest finding of each kind comes
 * before the second of any, so that many types with one fault hide no other; what concerns most
 * events comes first.
 */
export function inOrder(drafts: readonly Draft[]): Draft[] {
  const byWeight = drafts.toSorted(
    (a, b) =>
      b.weight - a.weight ||
      compareText(a.type ?? '', b.type ?? '') ||
      compareText(a.source ?? '', b.source ?? ''),
  )
  const seen = new Map<string, number>()
  return byWeight
    .map((draft) => {
      const name = `${draft.kind} ${draft.severity}`
      const round = seen.get(name) ?? 0
      seen.set(name, round + 1)
      return { draft, round }
    })
    .sort((a, b) => rank[a.draft.severity] - rank[b.draft.severity] || a.round - b.round)
    .map(({ draft }) => draft)
}
