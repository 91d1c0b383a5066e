import { counted } from '../stats/findings/phrases.js'
import type { WindowRow } from '../stats/result.js'
import { judgeLimit } from './judge-limit.js'
import { type Judgement, undecided } from './judgement.js'
import type { GateRow } from './measured.js'
import { isCeiling, type LimitRule, type Scope } from './rule.js'

type Windows = Extract<Scope, { kind: 'windows' }>

/**
 * Every window by itself: one that fails is a fail. Windows between that hold nothing count, as
 * windows of no event. The first and the last are cut by the run: they fail by what they hold, not
 * by how little that is, and need not hold enough.
 */
export function judgeWindows(
  rule: LimitRule,
  { widthUs }: Windows,
  rows: readonly WindowRow[],
): Judgement {
  if (rows.length === 0) return undecided(rule, 'no event has a time')
  const judged = rows.map((row, n) => {
    const isCut = n === 0 || n === rows.length - 1
    const judgement = judgeLimit(rule, gateRow(row), 0.99)
    return { row, isCut, judgement, isLeftOut: isCut && isLittle(rule, judgement) }
  })
  const gaps = ['events', 'distinct'].includes(rule.metric.name) ? 0 : null
  const empty = emptyWindows(rows, widthUs)
  const counting = judged.filter(({ isLeftOut }) => !isLeftOut)
  const worst = worstOf(rule, counting.length > 0 ? counting : judged)
  if (!worst) return undecided(rule, 'no event has a time')
  const { start, end } = worst.row
  const of = counted(counting.length, 'window')
  const { judgement } = worst
  if (empty > 0 && gaps !== null && !isCeiling(rule.operator) && rule.limit > 0) {
    const explain = `${counted(empty, 'window')} between hold nothing`
    return { ...judgement, value: 0, margin: -1, interval: null, verdict: 'fail', explain }
  }
  if (counting.length === 0) {
    const explain = `only the first and the last window, which the run cuts`
    return { ...judgement, verdict: 'inconclusive', explain, window: { start, end } }
  }
  const explain = judgement.explain === '' ? `the worst of ${of}` : judgement.explain
  return { ...judgement, explain, window: { start, end } }
}

/** A window that is cut holds less than it would: that is no fault of what was measured. */
function isLittle({ operator, metric }: LimitRule, { verdict, value }: Judgement): boolean {
  if (value === null) return true
  return verdict === 'fail' && !isCeiling(operator) && metric.unit === 'count'
}

const rank = { fail: 0, inconclusive: 1, pass: 2 } as const

function worstOf<W extends { judgement: Judgement }>(rule: LimitRule, windows: readonly W[]) {
  const distance = ({ judgement }: W) =>
    judgement.margin ?? -Math.abs((judgement.value ?? 0) - rule.limit)
  return [...windows].sort(
    (a, b) => rank[a.judgement.verdict] - rank[b.judgement.verdict] || distance(a) - distance(b),
  )[0]
}

function emptyWindows(rows: readonly WindowRow[], widthUs: number): number {
  const [first, last] = [rows[0], rows.at(-1)]
  if (!first || !last) return 0
  const spanUs = (Date.parse(last.start) - Date.parse(first.start)) * 1_000
  return Math.round(spanUs / widthUs) + 1 - rows.length
}

function gateRow({ start: _, end: __, ...figures }: WindowRow): GateRow {
  return { figures, distribution: null, dependence: null }
}
