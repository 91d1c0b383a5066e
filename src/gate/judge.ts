import { typeMatcher } from '../event/type-globs.js'
import type { WindowRow } from '../stats/result.js'
import type { Baseline } from './baseline.js'
import { judgeBaseline } from './judge-baseline.js'
import { judgeLimit } from './judge-limit.js'
import { judgeWindows } from './judge-windows.js'
import { type Judgement, undecided } from './judgement.js'
import type { Measured, TypeGateRow } from './measured.js'
import type { FlowMetric } from './metrics.js'
import type { JudgedRule, Verdict } from './result.js'
import type { BaselineRule, ExpectRule, FigureRule, LimitRule, Rule } from './rule.js'

export interface Grounds {
  measured: Measured
  /** Of the one width that rules ask for. */
  windows: readonly WindowRow[]
  flows: ReadonlyMap<string, Readonly<Record<FlowMetric, number>>>
  baseline: Baseline | null
}

/** Of all verdicts of one rule one in a hundred may be wrong by chance. */
const CHANCE = 0.01

/** Judges every rule, for every type that it is about.
 * @param chance of one rule to be told wrongly */
export function judgeRules(
  rules: readonly Rule[],
  grounds: Grounds,
  chance = CHANCE,
): JudgedRule[] {
  return rules.flatMap((rule) => {
    if (rule.kind === 'expect') return [judgeExpected(rule, grounds.measured)]
    if (rule.scope.kind === 'types') return judgeTypes(rule, rule.scope.glob, { grounds, chance })
    return [said(rule, null, judgeWhole(rule, grounds, 1 - chance))]
  })
}

/** The worst of them: rules that only warn do not count. */
export function verdictOf(rules: readonly JudgedRule[]): Verdict {
  const verdicts = rules
    .filter(({ severity }) => severity === 'error')
    .map(({ verdict }) => verdict)
  if (verdicts.includes('fail')) return 'fail'
  return verdicts.includes('inconclusive') ? 'inconclusive' : 'pass'
}

/** What is in doubt passes nothing. */
export function passOnlyIf(isSure: boolean, verdict: Verdict): Verdict {
  return !isSure && verdict === 'pass' ? 'inconclusive' : verdict
}

function judgeWhole(
  rule: LimitRule | BaselineRule,
  { measured, baseline, windows, flows }: Grounds,
  confidence: number,
): Judgement {
  const { scope } = rule
  if (rule.kind === 'baseline') {
    const runs = baseline?.runs.map((run) => ({ ...run, row: run.total })) ?? null
    return judgeBaseline(rule, measured.total, { runs, confidence })
  }
  if (scope.kind === 'windows') return judgeWindows(rule, scope, windows)
  if (scope.kind !== 'flow') return judgeLimit(rule, measured.total, confidence)
  const flow = flows.get(scope.name)
  if (!flow || flow.runs === 0) return undecided(rule, `no run of the flow ${scope.name} began`)
  const row = { ...measured.total, figures: { ...measured.total.figures, flow } }
  return judgeLimit(rule, row, confidence)
}

function judgeTypes(
  rule: LimitRule | BaselineRule,
  glob: string,
  { grounds: { measured, baseline }, chance }: { grounds: Grounds; chance: number },
): JudgedRule[] {
  const isMeant = typeMatcher([glob])
  const rows = measured.types.filter(({ type }) => isMeant(type))
  const gone = rule.kind === 'baseline' ? missing(measured, baseline, isMeant) : []
  if (rows.length + gone.length === 0) {
    return [said(rule, null, undecided(rule, `no event has a type that ${glob} matches`))]
  }
  const confidence = 1 - chance / rows.length
  const judged = rows.map((row) => {
    if (rule.kind === 'limit') return said(rule, row, judgeLimit(rule, row, confidence))
    const runs = baseline?.runs.flatMap((run) => {
      const its = run.types.find((other) => isSame(other, row))
      return its ? [{ ...run, row: its }] : []
    })
    return said(rule, row, judgeBaseline(rule, row, { runs: runs ?? null, confidence }))
  })
  const absent = gone.map((row) =>
    said(rule, row, undecided(rule, 'no such event came; the baseline has some')),
  )
  return [...judged, ...absent]
}

/** Types that only the baseline has. */
function missing(
  measured: Measured,
  baseline: Baseline | null,
  isMeant: (type: string) => boolean,
): TypeGateRow[] {
  const newest = baseline?.runs.at(-1)?.types ?? []
  return newest.filter(
    (row) => isMeant(row.type) && !measured.types.some((other) => isSame(other, row)),
  )
}

function isSame(a: TypeGateRow, b: TypeGateRow): boolean {
  return a.type === b.type && a.source === b.source
}

function judgeExpected(rule: ExpectRule, { types }: Measured): JudgedRule {
  const isMeant = typeMatcher([rule.glob])
  const events = types.reduce((sum, row) => sum + (isMeant(row.type) ? row.figures.events : 0), 0)
  const { text, severity, glob } = rule
  return {
    ...{ rule: text, severity, type: glob, source: null, unit: 'count', value: events, limit: 1 },
    ...{ margin: null, baseline: null, interval: null, samples: events },
    verdict: events > 0 ? 'pass' : 'fail',
    explain: events > 0 ? '' : 'no such event came',
    numbers: {},
  }
}

function said(rule: FigureRule, row: TypeGateRow | null, judgement: Judgement): JudgedRule {
  const { text, severity, metric } = rule
  const of = { type: row?.type ?? typeOf(rule), source: row?.source ?? null }
  return { rule: text, severity, ...of, unit: metric.unit, ...judgement }
}

function typeOf({ scope }: FigureRule): string | null {
  return scope.kind === 'types' ? scope.glob : null
}
