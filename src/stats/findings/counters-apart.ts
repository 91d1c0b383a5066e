import type { Draft, Evidence } from './finding.js'
import { listed, shareText } from './phrases.js'

const LEAST_REORDERED = 20
/** Across the sources, this share of the events of shared keys is out of order at least. */
const LEAST_SHARE = 0.1
const LEAST_SHARE_OF_ALL = 0.01
/** And each source alone has at most this part of that, */
const MOST_ALONE = 0.1
/** and counts on by one that often: a counter that it shares would have gaps where others count. */
const LEAST_STEPS_OF_ONE = 0.8

/**
 * Keys whose sequences come from counters that sources have of their own. Interleaved, such
 * counters are out of order all the time, and each alone is not.
 */
export async function countersApart(evidence: Evidence): Promise<Draft[]> {
  const { across, shared } = evidence.grounds.counters
  // Where hardly any are, the closer look is not worth its passes.
  const worthALook = evidence.measured.total.ordering.checked * LEAST_SHARE_OF_ALL
  if (across.count < Math.max(LEAST_REORDERED, worthALook)) return []
  const { sources, checked, reordered: count, alone, stepsOfOne } = await shared()
  const share = count / checked
  if (count < LEAST_REORDERED || share < LEAST_SHARE) return []
  if (alone > count * MOST_ALONE || stepsOfOne < LEAST_STEPS_OF_ONE) return []
  const names = sources.map((group) => evidence.deliveries.groups[group]?.source ?? '')
  return [
    {
      kind: 'countersApart',
      type: null,
      source: null,
      severity: 'warning',
      count,
      weight: count,
      explain:
        `${listed(names)} count keys each for itself: together ${shareText(share)} of their ` +
        'events ' +
        `are out of order, each alone ${shareText(alone / checked)}. ` +
        '--map sequencePer=source+key checks each source apart.',
      proof: {
        groups: [],
        others: across.pairs,
        most: 1,
        fields: ['key', 'sequence', 'id', 'receivedAt'],
        show: (pair) =>
          pair.map((at, n) => ({
            role: `${n === 0 ? 'late' : 'after'}, of ${sourceName(evidence, at)}`,
          })),
      },
    },
  ]
}

function sourceName({ deliveries }: Evidence, at: number): string {
  return deliveries.groups[deliveries.groupOf[at] as number]?.source ?? ''
}
