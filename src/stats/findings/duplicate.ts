import { about, type Draft, type Evidence, type FindingRow } from './finding.js'
import { countText, durationText, nameOf, shareText, times } from './phrases.js'

/** How long SQS FIFO remembers a deduplication id. */
const FIFO_WINDOW_US = 300e6
const MAX_SHOWN = 3

const causeWords = {
  sameId: 'with the same id',
  redelivery: 'redelivered',
  replay: 'replayed',
} as const

/** What was delivered again, by row. The rows' counts add up to the total of duplicates. */
export function duplicates(evidence: Evidence): Draft[] {
  const { judged, rows, rowOf, deliveries } = evidence
  const repeatsOf = new Map<number, { groups: number[][]; delaysUs: number[] }>()
  for (const { deliveries: copies } of judged.repeats) {
    const [first = 0, last = 0] = [copies[0], copies.at(-1)]
    const row = rowOf(last)
    const known = repeatsOf.get(row) ?? { groups: [], delaysUs: [] }
    repeatsOf.set(row, known)
    known.groups.push(copies)
    const us = (deliveries.receivedUs[last] as number) - (deliveries.receivedUs[first] as number)
    if (!Number.isNaN(us)) known.delaysUs.push(us)
  }
  return rows.flatMap((row) => {
    const count = row.figures.duplicates.count ?? 0
    if (count === 0) return []
    const { groups = [], delaysUs = [] } = repeatsOf.get(row.number) ?? {}
    return [draftOf(row, count, groups, delaysUs)]
  })
}

function draftOf(row: FindingRow, count: number, groups: number[][], delaysUs: number[]): Draft {
  const { byCause, rate } = row.figures.duplicates
  const explain =
    `${nameOf(row)} was delivered again ${times(count)} (${shareText(rate ?? 0)}), ` +
    `${causesText(byCause)}.${delayText(delaysUs)}`
  return {
    kind: 'duplicate',
    ...about(row),
    // Whoever replays wants to have them again.
    severity: byCause.replay === count ? 'note' : 'fault',
    count,
    weight: count,
    explain,
    proof: {
      groups: [],
      others: groups.map((group) => (group.length > MAX_SHOWN ? group.slice(0, MAX_SHOWN) : group)),
      most: 2,
      fields: ['id', 'key', 'receivedAt'],
      show: (group) => group.map((_, n) => ({ role: n === 0 ? 'first' : 'again' })),
    },
  }
}

function causesText(byCause: Readonly<Record<keyof typeof causeWords, number>>): string {
  const causes = (['sameId', 'redelivery', 'replay'] as const).filter((cause) => byCause[cause] > 0)
  const [only] = causes
  if (only && causes.length === 1) {
    return byCause[only] === 1 ? causeWords[only] : `all ${causeWords[only]}`
  }
  return causes.map((cause) => `${countText(byCause[cause])} ${causeWords[cause]}`).join(', ')
}

/** A redelivery keeps the time that its message was sent at: then there is nothing to say. */
function delayText(delaysUs: number[]): string {
  const sorted = Float64Array.from(delaysUs).sort()
  const most = sorted.at(-1) ?? 0
  if (most <= 0) return ''
  const median = sorted[(sorted.length - 1) >> 1] ?? 0
  const text = (us: number) => durationText(us / 1000)
  const beyond = sorted.filter((us) => us > FIFO_WINDOW_US).length
  const late =
    beyond === 0
      ? ''
      : `; ${countText(beyond)} came beyond the 5 min within which SQS FIFO drops a repetition`
  if (sorted.length === 1) return ` The last copy came ${text(most)} after the first${late}.`
  const usual = `${text(median)} after the first (median)`
  return ` The last copy came ${usual}, ${text(most)} at most${late}.`
}
