import type { Draft, Evidence } from './finding.js'
import { type Gap, gapsIn } from './gaps.js'
import { missingPartitions } from './partitions.js'
import { counted, minuteText, roughText } from './phrases.js'
import { silentTypes } from './silent-types.js'
import { HOUR_US } from './survey.js'

const HOURS_A_DAY = 24
/** Times further apart than that are not looked at hour by hour. */
const MAX_HOURS = 1_000_000
const MAX_APART = 3

/** What is missing of the archive: hours without any event, partitions that are not there, types
 * that fell silent. A measurement of a hole looks healthy. */
export function coverage(evidence: Evidence): Draft[] {
  const { startUs, gaps } = emptyHours(evidence)
  const isMissing = (fromUs: number, untilUs: number) =>
    gaps.some(
      ({ first, end }) => startUs + first * HOUR_US < untilUs && startUs + end * HOUR_US > fromUs,
    )
  return [
    ...hourDrafts(evidence, startUs, gaps),
    ...missingPartitions(evidence, isMissing),
    ...silentTypes(evidence),
  ]
}

function emptyHours({ grounds: { survey } }: Evidence): { startUs: number; gaps: Gap[] } {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const hour of survey.hours.keys()) {
    first = Math.min(first, hour)
    last = Math.max(last, hour)
  }
  if (first > last || last - first >= MAX_HOURS) return { startUs: 0, gaps: [] }
  const counts = new Float64Array(last - first + 1)
  for (const [hour, count] of survey.hours) counts[hour - first] = count
  return { startUs: first * HOUR_US, gaps: gapsIn(counts, HOURS_A_DAY) }
}

function hourDrafts({ isDated }: Evidence, startUs: number, gaps: readonly Gap[]): Draft[] {
  const text = ({ first, end }: Gap) => {
    const [from, until] = [first, end].map((hour) => minuteText(startUs + hour * HOUR_US, isDated))
    return `${from} and ${until} UTC`
  }
  const draft = (explain: string, some: readonly Gap[]): Draft => ({
    kind: 'coverage',
    type: null,
    source: null,
    severity: 'fault',
    count: some.reduce((sum, { first, end }) => sum + end - first, 0),
    weight: some.reduce((sum, { expected }) => sum + expected, 0),
    explain,
  })
  if (gaps.length <= MAX_APART) {
    return gaps.map((gap) => {
      const usual = `about ${roughText(gap.expected)} would be usual`
      return draft(`No event arrived between ${text(gap)}, where ${usual}.`, [gap])
    })
  }
  const [longest] = gaps.toSorted(
    (a, b) => b.end - b.first - (a.end - a.first) || a.first - b.first,
  )
  const hours = gaps.reduce((sum, { first, end }) => sum + end - first, 0)
  const where = longest ? `, the longest between ${text(longest)}` : ''
  const explain =
    `No event arrived in ${counted(hours, 'hour')} of ${gaps.length} gaps where there ` +
    'usually are ' +
    `some${where}.`
  return [draft(explain, gaps)]
}
