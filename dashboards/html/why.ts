import { samplesNeeded } from '../../src/meters/hdr.js'
import type { LatencyFigures, StatsRow } from '../../src/stats/result.js'
import { countText } from '../../src/ui/numbers.js'

/** Latencies of events or of a histogram log; a log does not know what was left out. */
export interface PercentileFigures extends Omit<LatencyFigures, 'skewed' | 'overflow'> {
  readonly skewed: number | null
  readonly overflow: number | null
}

export const NOTHING = 'there are no events'

export type PercentileName = 'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'p9999'

/** `rarity` is 1/(1−p). */
export const percentileNames = [
  { name: 'p50', label: 'p50', rarity: 2, plotted: true },
  { name: 'p90', label: 'p90', rarity: 10, plotted: true },
  { name: 'p95', label: 'p95', rarity: 20, plotted: false },
  { name: 'p99', label: 'p99', rarity: 100, plotted: true },
  { name: 'p999', label: 'p99.9', rarity: 1_000, plotted: true },
  { name: 'p9999', label: 'p99.99', rarity: 10_000, plotted: true },
] as const

/** How many latencies a percentile needs. */
export const LEAST_FOR: Readonly<Record<PercentileName, number>> = {
  p50: samplesNeeded(50),
  p90: samplesNeeded(90),
  p95: samplesNeeded(95),
  p99: samplesNeeded(99),
  p999: samplesNeeded(99.9),
  p9999: samplesNeeded(99.99),
}

/** Why a percentile is not claimed, without a full stop; null where it is. */
export function whyNoPercentile(figures: PercentileFigures, name: PercentileName): string | null {
  if (figures[name] !== null) return null
  const { count, skewed, overflow } = figures
  const label = percentileNames.find((one) => one.name === name)?.label ?? name
  if (count > 0) {
    const least = countText(LEAST_FOR[name])
    const within = count - (overflow ?? 0)
    return `${label} needs ${least} latencies, there ${areOf(within)}`
  }
  return whyNoLatency(skewed)
}

function whyNoLatency(skewed: number | null): string {
  if (!skewed) return 'no event has both a time and an arrival'
  return `all ${countText(skewed)} latencies are negative: the clocks disagree`
}

/** Why there is no greatest or least latency. */
export function whyNoMaximum({ max, count, skewed }: PercentileFigures): string | null {
  if (max !== null) return null
  return count > 0 ? 'the histogram alone does not know it' : whyNoLatency(skewed)
}

/** Why identities are not counted. */
export function whyNoDistinct({ events, distinct }: StatsRow): string | null {
  if (distinct !== null) return null
  return events === 0 ? NOTHING : 'no event has an id'
}

/** Why there is no share of duplicates. */
export function whyNoRate(row: StatsRow): string | null {
  if (row.duplicates.rate !== null) return null
  return whyNoDistinct(row) ?? NOTHING
}

/** Why there is no share of reordered events. */
export function whyNoRatio({ events, ordering }: StatsRow): string | null {
  if (ordering.ratio !== null) return null
  if (events === 0) return NOTHING
  return ordering.keys === 0 ? 'no event has a key' : 'no event with a key could be compared'
}

const areOf = (n: number) => (n === 1 ? 'is 1' : `are ${countText(n)}`)
