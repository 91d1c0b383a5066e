import { about, type Draft, type Evidence, type FindingRow } from './finding.js'
import { latencyMsOf } from './latency.js'
import { counted, durationText, nameOf, shareText } from './phrases.js'

/** First deliveries that arrived before the time they carry. */
export function skews(evidence: Evidence): Draft[] {
  return evidence.rows.flatMap((row) =>
    row.figures.latencyMs.skewed === 0 ? [] : [draftOf(evidence, row)],
  )
}

function draftOf({ grounds: { survey }, deliveries }: Evidence, row: FindingRow): Draft {
  const worst = survey.rows[row.number]?.mostSkewed ?? []
  const mostMs = worst[0] === undefined ? null : -worst[0].latencyUs / 1000
  return {
    ...skewDraft(row, mostMs),
    proof: {
      groups: worst.map(({ pos }) => [deliveries.atOf(pos)]),
      most: 3,
      fields: ['id', 'key', 'time', 'receivedAt'],
      show: ([at = 0]) => [{ role: 'early', latencyMs: latencyMsOf(deliveries, at) }],
    },
  }
}

/** What is said of a row with skewed events, without its witnesses.
 * @param mostMs by how much at most, where that is known */
export function skewDraft(row: FindingRow, mostMs: number | null): Draft {
  const { skewed, count } = row.figures.latencyMs
  const isRounding = mostMs !== null && mostMs < 1
  const share = shareText(skewed / (skewed + count))
  const what = `${counted(skewed, 'event')} of ${nameOf(row)} (${share})`
  const [carried, left] =
    skewed === 1 ? ['it carries', 'It is left'] : ['they carry', 'They are left']
  const far = mostMs === null ? '' : `, ${skewed === 1 ? 'by' : 'by up to'} ${durationText(mostMs)}`
  const reason = isRounding
    ? 'less than the millisecond that receivedAt is rounded to'
    : 'check the clock of the producer, and that time and receivedAt are the right fields'
  return {
    kind: 'skew',
    ...about(row),
    severity: isRounding ? 'note' : 'fault',
    count: skewed,
    weight: skewed,
    explain:
      `${what} arrived before the time ${carried}${far}: ${reason}. ` +
      `${left} out of the percentiles.`,
  }
}
