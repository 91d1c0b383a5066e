import type { Reordered } from '../reorder.js'
import { about, type Draft, type Evidence, type FindingRow } from './finding.js'
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
  const { judged, rows, rowOf } = evidence
  const byRow = new Map<number, Reordered[]>()
  for (const each of judged.reordered) {
    const row = rowOf(each.at)
    const known = byRow.get(row)
    if (known) known.push(each)
    else byRow.set(row, [each])
  }
  return rows.flatMap((row) => {
    const { reordered: count } = row.figures.ordering
    return count === 0 ? [] : [draftOf(evidence, row, byRow.get(row.number) ?? [])]
  })
}

function draftOf({ deliveries }: Evidence, row: FindingRow, found: Reordered[]): Draft {
  const { reordered: count, maxExtent, maxLateMs } = row.figures.ordering
  const isTimed = found.every(({ lateUs }) => !Number.isNaN(lateUs))
  const byAt = new Map(found.map((each) => [each.at, each]))
  const worst = worstOf(found)
  const byTime = deliveries.groups[deliveries.groupOf[worst?.at ?? 0] ?? 0]?.order === 'time'
  const upTo = count === 1 ? '' : 'up to '
  const behind = `${upTo}${countText(maxExtent ?? 0)} behind`
  const pair = ({ at, after }: Reordered) => [at, after]
  return {
    kind: 'reordered',
    ...about(row),
    severity: 'fault',
    count,
    weight: count,
    explain:
      `${nameOf(row)} arrived out of order ${times(count)}, ${behind}` +
      `${latenessText(maxLateMs, isTimed, count)}.`,
    proof: {
      groups: worst ? [pair(worst)] : [],
      others: found.map(pair),
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

/** The latest, else the one furthest behind; of equals the first. */
function worstOf(found: readonly Reordered[]): Reordered | undefined {
  let worst: Reordered | undefined
  const rank = ({ lateUs }: Reordered) => (Number.isNaN(lateUs) ? -1 : lateUs)
  for (const each of found) {
    const by = worst ? rank(each) - rank(worst) || each.extent - worst.extent : 1
    if (by > 0) worst = each
  }
  return worst
}

function latenessText(maxLateMs: number | null, isTimed: boolean, count: number): string {
  const it = count === 1 ? 'it' : 'all'
  if (maxLateMs === null) return '; without receivedAt nobody can say how late'
  if (maxLateMs === 0)
    return ' and at the same receivedAt as what should follow; any buffer repairs it'
  const late = ` and ${durationText(maxLateMs)} late`
  const repaired = isTimed ? it : 'those with receivedAt'
  return `${late}; ${withArticle(roomyDurationText(maxLateMs))} buffer would repair ${repaired}`
}
