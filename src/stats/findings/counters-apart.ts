import { HashTable } from '../hash-table.js'
import { isChecked } from '../streams.js'
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
export function countersApart(evidence: Evidence): Draft[] {
  const { judged } = evidence
  const sourceOf = sourceNumbers(evidence)
  const across = judged.reordered.filter(({ at, after }) => sourceOf(at) !== sourceOf(after))
  // Where hardly any are, the closer look is not worth its two passes.
  const worthALook = evidence.measured.total.ordering.checked * LEAST_SHARE_OF_ALL
  if (across.length < Math.max(LEAST_REORDERED, worthALook)) return []
  const { isShared, checked, sources } = sharedStreams(evidence, sourceOf)
  const { streamOf } = judged.streams
  const reordered = judged.reordered.filter(({ at }) => isShared[streamOf[at] as number] === 1)
  const share = reordered.length / checked
  if (reordered.length < LEAST_REORDERED || share < LEAST_SHARE) return []
  const { alone, stepsOfOne } = countedAlone(evidence, sourceOf, isShared)
  if (alone > reordered.length * MOST_ALONE || stepsOfOne < LEAST_STEPS_OF_ONE) return []
  const names = [...sources]
    .sort(([, n], [, m]) => m - n)
    .map(([number]) => evidence.deliveries.groups[number]?.source ?? '')
  const count = reordered.length
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
        others: across.map(({ at, after }) => [at, after]),
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

/** Sources by the first group that has them, for sequences that all sources of a key share. */
function sourceNumbers({ deliveries }: Evidence): (at: number) => number {
  const first = new Map<string, number>()
  const numbers = deliveries.groups.map(({ source, order, perSource }, group) => {
    if (order !== 'integer' || perSource) return -1
    const number = first.get(source) ?? group
    first.set(source, number)
    return number
  })
  return (at) => numbers[deliveries.groupOf[at] as number] ?? -1
}

function sourceName({ deliveries }: Evidence, at: number): string {
  return deliveries.groups[deliveries.groupOf[at] as number]?.source ?? ''
}

/** The streams that more than one source feeds, and how many checked events each has there. */
function sharedStreams({ deliveries, judged }: Evidence, sourceOf: (at: number) => number) {
  const { streams } = judged
  const firstSource = new Int32Array(streams.count).fill(-2)
  const isShared = new Uint8Array(streams.count)
  for (let at = 0; at < deliveries.count; at++) {
    const source = sourceOf(at)
    if (source < 0 || !isChecked(deliveries, streams, at)) continue
    const stream = streams.streamOf[at] as number
    const first = firstSource[stream] as number
    if (first === -2) firstSource[stream] = source
    else if (first !== source) isShared[stream] = 1
  }
  const sources = new Map<number, number>()
  let checked = 0
  for (let at = 0; at < deliveries.count; at++) {
    const source = sourceOf(at)
    const stream = streams.streamOf[at] as number
    if (source < 0 || isShared[stream] !== 1 || !isChecked(deliveries, streams, at)) continue
    checked += 1
    sources.set(source, (sources.get(source) ?? 0) + 1)
  }
  return { isShared, checked, sources }
}

/** How many are out of order among the events of their own source, and which share of the others
 * follows the one before by one. */
function countedAlone(
  { deliveries, judged }: Evidence,
  sourceOf: (at: number) => number,
  isShared: Uint8Array,
): { alone: number; stepsOfOne: number } {
  const { streams, arrival } = judged
  const table = new HashTable()
  const greatest: number[] = []
  let alone = 0
  let steps = 0
  let ones = 0
  for (let n = 0; n < deliveries.count; n++) {
    const at = arrival.order ? (arrival.order[n] as number) : n
    const stream = streams.streamOf[at] as number
    const source = sourceOf(at)
    if (source < 0 || isShared[stream] !== 1 || !isChecked(deliveries, streams, at)) continue
    const number = table.numberOf(stream, source)
    const place = streams.places[at] as number
    const before = greatest[number]
    if (before !== undefined && place < before) {
      alone += 1
      continue
    }
    if (before !== undefined) steps += 1
    if (before === place - 1) ones += 1
    greatest[number] = place
  }
  return { alone, stepsOfOne: steps === 0 ? 0 : ones / steps }
}
