import type { Reordered } from '../reordered-list.js'
import { about, type Draft, type Evidence, type FindingRow } from './finding.js'
import type { ReorderedOfRow } from './grounds.js'
import {
  countText,
  durationText,
  nameOf,
  roomyDurationText,
  times,
  withArticle,
} from './phrases.js'

/** What arrived out of order, by row: how often, how far, how late, and what would repair it. */
export function reordered(evidence: Evidence): Draft[] {
  return evidence.rows.flatMap((row) => {
    const found = evidence.grounds.reordered.get(row.number)
    return found ? [draftOf(evidence, row, found)] : []
  })
}

function draftOf({ deliveries }: Evidence, row: FindingRow, found: ReorderedOfRow): Draft {
  const { some, worst } = found
  const byAt = new Map([worst, ...some].map((each) => [each.at, each]))
  const byTime = deliveries.groups[deliveries.groupOf[worst.at] ?? 0]?.order === 'time'
  const pair = ({ at, after }: Reordered) => [at, after]
  const isWorstTimed = !Number.isNaN(worst.lateUs)
  return {
    ...reorderedDraft(row, { isTimed: found.isTimed, isWorstTimed }),
    proof: {
      groups: [pair(worst)],
      others: some.map(pair),
      most: 1,
      fields: ['key', byTime ? 'time' : 'sequence', 'id', 'receivedAt'],
      show: ([at = -1]) => {
        const { extent = 0, lateUs = Number.NaN } = byAt.get(at) ?? {}
        const late = Number.isNaN(lateUs) ? {} : { lateMs: lateUs / 1000 }
        return [{ role: 'late', extent, ...late }, { role: 'after' }]
      },
    },
  }
}

/** What is known of how late the reordered events of a row are: all of them, the latest. */
interface Timed {
  isTimed: boolean
  isWorstTimed: boolean
}

/** What is said of a row with reordered events, without its witnesses. */
export function reorderedDraft(row: FindingRow, timed: Timed): Draft {
  const { reordered: count, maxExtent, maxLateMs } = row.figures.ordering
  const upTo = count === 1 ? '' : 'up to '
  const behind = `${upTo}${countText(maxExtent ?? 0)} behind`
  return {
    kind: 'reordered',
    ...about(row),
    severity: 'fault',
    count,
    weight: count,
    explain:
      `${nameOf(row)} arrived out of order ${times(count)}, ${behind}` +
      `${latenessText(maxLateMs, timed, count)}.`,
  }
}

function latenessText(
  maxLateMs: number | null,
  { isTimed, isWorstTimed }: Timed,
  count: number,
): string {
  const it = count === 1 ? 'it' : 'all'
  if (maxLateMs === null) {
    return isWorstTimed
      ? '; receivedAt says otherwise, but the place has numbers of its own'
      : '; without receivedAt nobody can say how late'
  }
  if (maxLateMs === 0)
    return ' and at the same receivedAt as what should follow; any buffer repairs it'
  const late = ` and ${durationText(maxLateMs)} late`
  const repaired = isTimed ? it : 'those with receivedAt'
  return `${late}; ${withArticle(roomyDurationText(maxLateMs))} buffer would repair ${repaired}`
}
