import pc from 'picocolors'
import type { CheckResult, JudgedRule } from '../gate/result.js'
import type { CheckRun } from '../gate/run.js'
import { sparkline } from './charts.js'
import {
  baselineText,
  explainText,
  figureOr,
  headline,
  intervalText,
  marginText,
  ruleText,
  valueText,
  verdictText,
} from './check-words.js'
import { latencyShape } from './latency-shape.js'
import { durationText } from './numbers.js'
import { paragraphs } from './paragraphs.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Column, usedLines } from './table.js'
import { twoCurves } from './two-curves.js'
import { wrapped } from './wrapped.js'

export type CheckView = Pick<CheckRun, 'result' | 'curves' | 'lacksBaseline'>

/** `evt check` for people, without a line end: the verdict, each rule, what it is compared with. */
export async function checkText(
  view: CheckView,
  style: TextStyle,
  isExplained: boolean,
): Promise<string> {
  const { result, lacksBaseline } = view
  const parts = [
    [paint(headline(result), result.verdict, style), ...ruleLines(result.rules, style)],
    whyLines(result.rules, style),
    isExplained ? numberLines(result.rules, style) : [],
    [
      ...result.doubts.flatMap((doubt) => wrapped(`! ${safeText(doubt)}`, style.width)),
      ...(lacksBaseline ? [missingBaseline(result)] : []),
    ],
    baselineLines(result, style),
    await curveLines(view, style),
  ]
  return paragraphs(parts, style)
}

/** The line that makes a baseline to compare with. */
function missingBaseline({ sources }: CheckResult): string {
  const named = sources.length === 1 ? safeText(sources[0] ?? '') : 'SOURCE'
  const save = `evt baseline save ${named} --to baselines/`
  return `no baseline: ${save} makes one; then --baseline baselines/`
}

function paint(text: string, verdict: JudgedRule['verdict'], { color }: TextStyle): string {
  const { red, yellow, green } = pc.createColors(color)
  return { fail: red, inconclusive: yellow, pass: green }[verdict](text)
}

const columns: readonly Column[] = [
  { title: '', align: 'left' },
  { title: 'rule', align: 'left', shrinkTo: 30 },
  { title: 'value', align: 'right' },
  { title: 'limit', align: 'right' },
  { title: 'margin', align: 'right', luxury: 2 },
  { title: 'baseline', align: 'right', luxury: 3 },
  { title: 'interval', align: 'right', luxury: 1 },
]

function ruleLines(rules: readonly JudgedRule[], style: TextStyle): string[] {
  const rows = rules.map((rule) => [
    { text: verdictText(rule) },
    { text: ruleText(rule) },
    { text: valueText(rule) },
    { text: figureOr(rule.limit, rule.unit) },
    { text: marginText(rule) },
    { text: rule.baseline === null ? '' : figureOr(rule.baseline, rule.unit) },
    { text: intervalText(rule) },
  ])
  return usedLines(columns, rows, { ...style, width: style.width - 2 }).map((line) => `  ${line}`)
}

/** A line of reasons for each rule that has one. */
function whyLines(rules: readonly JudgedRule[], style: TextStyle): string[] {
  return rules
    .filter(({ explain }) => explain !== '')
    .flatMap((rule) => wrapped(`${ruleText(rule)}: ${explainText(rule)}`, style.width))
}

function numberLines(rules: readonly JudgedRule[], style: TextStyle): string[] {
  return rules.flatMap((rule) => {
    const said = Object.entries(rule.numbers).map(
      ([name, value]) => `${name} ${value === null ? 'none' : Number(value.toPrecision(5))}`,
    )
    return said.length === 0 ? [] : wrapped(`${ruleText(rule)}: ${said.join(', ')}`, style.width)
  })
}

/** What was compared with, and the trend of its runs up to this one. */
function baselineLines(result: CheckResult, { timeZone }: TextStyle): string[] {
  const said = baselineText(result, timeZone)
  const runs = result.baseline?.runs ?? []
  const p99s = runs.flatMap(({ latencyMs }) => latencyMs.p99 ?? [])
  const trend = `p99  ${sparkline(p99s)}  ${durationText(Math.min(...p99s))} … ${durationText(
    Math.max(...p99s),
  )}, the oldest first`
  return [
    ...(said === null ? [] : [`baseline  ${said}`]),
    ...(p99s.length > 1 ? [`          ${trend}`] : []),
  ]
}

async function curveLines({ curves }: CheckView, style: TextStyle): Promise<string[]> {
  const { now, baseline } = curves
  if (now === null || baseline === null) return []
  return twoCurves(await latencyShape(now), await latencyShape(baseline), style)
}
