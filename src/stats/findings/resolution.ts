import type { FindingRow } from './finding.js'
import { aboutAll, type Counted, type Draft } from './finding.js'
import { listed, nameOf } from './phrases.js'

const WHOLE_SECONDS_MS = 1_000
/** Coarser than that share of the median, a clock shows in the percentiles. */
const SHOWS_FROM_SHARE = 0.1

/** Clocks too coarse for the latencies that are measured by them. */
export function resolutions({ rows }: Counted): Draft[] {
  const timed = rows.filter(({ figures }) => figures.latencyMs.count > 0)
  const seconds = timed.filter(({ figures }) => figures.latencyMs.resolutionMs === WHOLE_SECONDS_MS)
  const millis = timed.filter(({ figures: { latencyMs } }) => {
    const { resolutionMs, p50 } = latencyMs
    return resolutionMs === 1 && p50 !== null && resolutionMs >= p50 * SHOWS_FROM_SHARE
  })
  return [
    ...draftOf(
      seconds,
      timed,
      'whole seconds',
      ' Map time to a finer one where the payload has it.',
    ),
    ...draftOf(millis, timed, 'whole milliseconds', ''),
  ]
}

function draftOf(
  coarse: readonly FindingRow[],
  timed: readonly FindingRow[],
  unit: string,
  advice: string,
): Draft[] {
  if (coarse.length === 0) return []
  const count = coarse.reduce((sum, { figures }) => sum + figures.events, 0)
  const isAll = coarse.length === timed.length && coarse.length > 1
  const whose = isAll ? 'All times' : `The times of ${listed(coarse.map(nameOf))}`
  return [
    {
      kind: 'resolution',
      ...aboutAll(coarse),
      severity: 'warning',
      count,
      weight: count,
      explain: `${whose} are ${unit}: latency percentiles are no finer than that.${advice}`,
    },
  ]
}
