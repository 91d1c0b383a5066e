import type { LatencyFigures } from '../result.js'
import { about, type Draft, type Evidence, type FindingRow } from './finding.js'
import { counted, durationText, minuteText, nameOf, shareText } from './phrases.js'
import type { RowSurvey } from './survey.js'

/** A tail stands out from here on: that far above the usual worst, and above a second. */
const TIMES_ABOVE = 10
const LEAST_MS = 1_000
/** And that far above the greatest value that as many events of one log-normal kind lead to expect,
 * whose median and highest percentile these are. Latencies of healthy systems are about that. */
const TIMES_EXPECTED = 3

/** The highest percentile that can be claimed below p99.9, and its place on the normal curve. */
const percentiles = [
  ['p99', 2.326],
  ['p95', 1.645],
  ['p90', 1.282],
] as const

/**
 * Above which latency the events of a row are its tail, in ms; null where no tail stands out.
 */
export function slowAboveMs(latency: LatencyFigures): number | null {
  const { p50, max, count } = latency
  const found = percentiles.find(([name]) => latency[name] !== null)
  if (!found || p50 === null || max === null) return null
  const [name, z] = found
  const usualMs = latency[name] ?? 0
  const aboveMs = roundedUp(Math.max(LEAST_MS, usualMs * TIMES_ABOVE))
  const medianMs = Math.max(p50, 0.001)
  const sigma = Math.log(Math.max(1, usualMs / medianMs)) / z
  const expectedMs = medianMs * Math.exp(sigma * greatestNormal(count))
  return max > aboveMs && max > TIMES_EXPECTED * expectedMs ? aboveMs : null
}

/** The slowest events of rows whose tail stands out. */
export function latencies(evidence: Evidence): Draft[] {
  return evidence.rows.flatMap((row) => {
    const aboveMs = slowAboveMs(row.figures.latencyMs)
    const seen = evidence.grounds.survey.rows[row.number]
    if (aboveMs === null || !seen || seen.slow === 0) return []
    return [draftOf(evidence, row, seen, aboveMs)]
  })
}

function draftOf(
  { deliveries, isDated }: Evidence,
  row: FindingRow,
  seen: RowSurvey,
  aboveMs: number,
): Draft {
  return {
    ...latencyDraft(row, seen, aboveMs, isDated),
    proof: {
      groups: seen.slowest.map(({ pos }) => [deliveries.atOf(pos)]),
      most: 3,
      fields: ['id', 'key', 'receivedAt'],
      show: ([at = 0]) => [{ role: 'slow', latencyMs: latencyMsOf(deliveries, at) }],
    },
  }
}

/** What is said of a tail, without its witnesses. */
export function latencyDraft(
  row: FindingRow,
  { slow, slowFirstUs, slowLastUs }: Pick<RowSurvey, 'slow' | 'slowFirstUs' | 'slowLastUs'>,
  aboveMs: number,
  isDated: boolean,
): Draft {
  const share = slow / row.figures.latencyMs.count
  const first = minuteText(slowFirstUs, isDated)
  const last = minuteText(slowLastUs, isDated)
  const all = slow > 1 ? 'all ' : ''
  const when = first === last ? `${all}at ${first} UTC` : `${all}between ${first} and ${last} UTC`
  return {
    kind: 'latency',
    ...about(row),
    severity: 'fault',
    count: slow,
    weight: slow,
    explain:
      `${nameOf(row)}: ${counted(slow, 'event')} (${shareText(share)}) took over ` +
      `${durationText(aboveMs)}, ${when}.`,
  }
}

/** Up to 1, 2 or 5 times a power of ten. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power
}

/** The expected greatest of n values of the standard normal distribution (Cramér). */
function greatestNormal(n: number): number {
  const root = Math.sqrt(2 * Math.log(Math.max(n, 3)))
  return root - (Math.log(Math.log(Math.max(n, 3))) + Math.log(4 * Math.PI)) / (2 * root)
}

export function latencyMsOf({ timesUs, receivedUs }: Evidence['deliveries'], at: number): number {
  return ((receivedUs[at] as number) - (timesUs[at] as number)) / 1000
}
