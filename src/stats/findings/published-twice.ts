import { momentOf } from './alike.js'
import { reasonText } from './conflict.js'
import type { Unread } from './contents.js'
import { about, type Draft, type Evidence, type FindingRow } from './finding.js'
import { counted, durationText, nameOf, times } from './phrases.js'

/** The same content under different ids, as near in time as an SDK's second attempt is. Counts do
 * not know of it: by their ids these are different events. */
export function publishedTwice(evidence: Evidence): Draft[] {
  const { contents, rows, rowOf } = evidence
  const byRow = new Map<number, number[][]>()
  for (const run of contents.publishedTwice) {
    const row = rowOf(run[0] ?? 0)
    byRow.set(row, [...(byRow.get(row) ?? []), run])
  }
  const found = rows.flatMap((row) => {
    const runs = byRow.get(row.number)
    return runs ? [draftOf(evidence, row, runs)] : []
  })
  return contents.alikeUnread ? [...found, unreadNote(contents.alikeUnread)] : found
}

function draftOf({ deliveries, considered }: Evidence, row: FindingRow, runs: number[][]): Draft {
  const { receivedUs } = deliveries
  const count = runs.reduce((sum, { length }) => sum + length - 1, 0)
  const apartUs = runs.map((run) => {
    const [first = 0, last = 0] = [run[0], run.at(-1)]
    const us = Math.abs((receivedUs[last] as number) - (receivedUs[first] as number))
    return Number.isNaN(us) ? momentOf(deliveries, last) - momentOf(deliveries, first) : us
  })
  const most = apartUs.reduce((a, b) => Math.max(a, b), 0)
  return {
    kind: 'publishedTwice',
    ...about(row),
    severity: 'fault',
    count,
    weight: count,
    explain:
      `${nameOf(row)} was published again ${times(count)} with the same content under another id` +
      `${laterText(most, runs.length)}, as retrying SDKs do. ` +
      `${count === 1 ? 'It counts as an event of its own.' : 'They count as events of their own.'}`,
    proof: {
      groups: [],
      others: runs.slice(0, considered),
      most: 2,
      fields: ['id', 'key', 'sequence', 'receivedAt'],
      show: (run) => run.map((_, n) => ({ role: n === 0 ? 'first' : 'same content' })),
    },
  }
}

function laterText(mostUs: number, runs: number): string {
  if (mostUs === 0) return ' at the same time'
  return `, ${runs > 1 ? 'at most ' : ''}${durationText(mostUs / 1000)} later`
}

function unreadNote(unread: Unread): Draft {
  const { deliveries } = unread
  const subject =
    deliveries === null
      ? 'Whether events were published twice under different ids was not checked'
      : `Whether ${counted(deliveries, 'event')} close to another one ` +
        `${deliveries === 1 ? 'was' : 'were'} published twice was not checked`
  return {
    kind: 'publishedTwice',
    type: null,
    source: null,
    severity: 'note',
    count: deliveries ?? 0,
    weight: deliveries ?? 0,
    explain: `${subject}${reasonText(unread)}`,
  }
}
