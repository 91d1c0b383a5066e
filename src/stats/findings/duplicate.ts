import { about, type Draft, type Evidence, type FindingRow } from './finding.js'
import type { Delays, RepeatsOfRow } from './grounds.js'
import { countText, durationText, nameOf, shareText, times } from './phrases.js'

const causeWords = {
  sameId: 'with the same id',
  redelivery: 'redelivered',
  replay: 'replayed',
} as const

/** What was delivered again, by row. The rows' counts add up to the total of duplicates. */
export function duplicates({ grounds, rows }: Evidence): Draft[] {
  return rows.flatMap((row) => {
    const count = row.figures.duplicates.count ?? 0
    return count === 0 ? [] : [draftOf(row, count, grounds.repeats.get(row.number))]
  })
}

function draftOf(row: FindingRow, count: number, repeats: RepeatsOfRow | undefined): Draft {
  return {
    ...duplicateDraft(row, count, repeats ? delayText(repeats.delays) : ''),
    proof: {
      groups: [],
      others: repeats?.groups ?? [],
      most: 2,
      fields: ['id', 'key', 'receivedAt'],
      show: (group) => group.map((_, n) => ({ role: n === 0 ? 'first' : 'again' })),
    },
  }
}

/** What is said of a row with duplicates, without its witnesses.
 * @param more a further sentence */
export function duplicateDraft(row: FindingRow, count: number, more = ''): Draft {
  const { byCause, rate } = row.figures.duplicates
  const explain =
    `${nameOf(row)} was delivered again ${times(count)} (${shareText(rate ?? 0)}), ` +
    `${causesText(byCause)}.${more}`
  return {
    kind: 'duplicate',
    ...about(row),
    // Whoever replays wants to have them again.
    severity: byCause.replay === count ? 'note' : 'fault',
    count,
    weight: count,
    explain,
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
function delayText({ events, medianUs, mostUs, late }: Delays): string {
  if (mostUs <= 0) return ''
  const text = (us: number) => durationText(us / 1000)
  const beyond =
    late === 0
      ? ''
      : `; ${countText(late)} came beyond the 5 min within which SQS FIFO drops a repetition`
  if (events === 1) return ` The last copy came ${text(mostUs)} after the first${beyond}.`
  const usual = `${text(medianUs)} after the first (median)`
  return ` The last copy came ${usual}, ${text(mostUs)} at most${beyond}.`
}
