import { durationExamples, parseDurationUs } from '../event/duration.js'
import { suggest } from '../event/suggest.js'
import { type Metric, metrics, metricsOfFlows } from './metrics.js'
import {
  type FigureRule,
  isCeiling,
  type Operator,
  type Rule,
  type Scope,
  type Severity,
} from './rule.js'
import { RuleText } from './rule-text.js'
import { allowanceOf, limitOf } from './rule-value.js'

const OPERATOR = /<=|>=|==|<|>/
/** Signs that people write for one of them. */
const meant: Readonly<Record<string, string>> = {
  '=': '==',
  '=<': '<=',
  '=>': '>=',
  '≤': '<=',
  '≥': '>=',
}

/**
 * Reads a rule of the gate:
 *
 *     [warn|error] [TYPES: | window TIME: | flow NAME:] METRIC OPERATOR LIMIT
 *     [warn|error] [TYPES:] METRIC vs baseline OPERATOR DIFFERENCE [or DIFFERENCE]
 *     [warn|error] expect TYPES
 *
 * Types may hold spaces and colons: they end at the last colon. In quotes, what would be a word of
 * the language is a type.
 *
 * @throws EvtError `usage`, with the place in the text
 */
export function parseRule(written: string): Rule {
  const whole = written.trim().replace(/\s+/g, ' ')
  const text = new RuleText(whole)
  if (whole === '') throw text.fault('the rule is empty', 'write latency.p99 < 500ms')
  const severity = severityOf(text)
  if (text.take(/expect(?=\s|$)/)) return expectOf(text, severity)
  const scope = scopeOf(text)
  const metric = metricOf(text, scope)
  const figure = { text: whole, severity, scope, metric }
  if (text.take(/vs\b/)) return baselineRule(text, figure)
  const operator = operatorOf(text, metric.name)
  const limit = limitOf(text, metric)
  checkEnd(text)
  return { kind: 'limit', ...figure, operator, limit }
}

function severityOf(text: RuleText): Severity {
  return text.take(/(warn|error)(?=\s)/)?.text === 'warn' ? 'warn' : 'error'
}

function expectOf(text: RuleText, severity: Severity): Rule {
  const piece = text.take(/.+/)
  if (!piece) throw text.fault('no type is expected', 'write expect order.placed')
  const glob = unquoted(piece.text)
  return { kind: 'expect', text: text.whole, severity, scope: { kind: 'all' }, glob }
}

function scopeOf(text: RuleText): Scope {
  const end = text.whole.lastIndexOf(':')
  const start = text.word().at
  if (end < start) return { kind: 'all' }
  const name = text.whole.slice(start, end).trim()
  const piece = text.take(/[^:]*:/)
  while (text.position <= end) text.take(/[^:]*:/)
  const at = piece?.at ?? 0
  if (name === '') {
    throw text.fault('no type stands before the colon', 'write order.*: events > 0', at)
  }
  const [, word, rest] = /^(window|flow)(?:\s+(.*))?$/s.exec(name) ?? []
  if (word === undefined) return { kind: 'types', glob: unquoted(name) }
  const inner = at + name.length - (rest?.length ?? 0)
  if (word === 'window') return windowsOf(text, rest ?? '', inner)
  if (rest === undefined) throw text.fault('which flow?', 'write flow NAME: stuck == 0', at)
  return { kind: 'flow', name: unquoted(rest) }
}

function windowsOf(text: RuleText, width: string, at: number): Scope {
  const widthUs = parseDurationUs(width)
  if (widthUs !== undefined && widthUs >= 1_000) return { kind: 'windows', widthUs, text: width }
  const what = width === '' ? 'windows of what length?' : `${width} is no length of a window`
  throw text.fault(what, `write ${durationExamples}`, at)
}

function unquoted(text: string): string {
  return /^".+"$/s.test(text) ? text.slice(1, -1) : text
}

function metricOf(text: RuleText, scope: Scope): Metric {
  const known = scope.kind === 'flow' ? metricsOfFlows : metrics
  const piece = text.take(/[^\s<>=≤≥]+/)
  if (!piece) throw text.fault('a metric is missing', `write ${known[0]?.name} >= 1000`)
  const metric = known.find(({ name }) => name === piece.text)
  if (!metric) throw unknownMetric(text, piece.text, piece.at, known)
  const asked = scope.kind === 'types' || scope.kind === 'windows' ? scope.kind : null
  if (asked === null || metric.of.includes(asked)) return metric
  const hint = asked === 'types' ? '\n--type chooses what is measured' : ''
  const what = `${metric.name} is of all that was read, not of ${asked}`
  throw text.fault(what, `write ${metric.name} alone${hint}`, piece.at)
}

function unknownMetric(text: RuleText, word: string, at: number, known: readonly Metric[]) {
  const names = known.map(({ name }) => name)
  // p99.9 is how people write what has no point in a name.
  const near = suggest(word.replace(/(?<=p\d\d)\.(?=\d)/, ''), names)
  const advice = near ? `did you mean ${near}?` : `the metrics are ${names.join(', ')}`
  return text.fault(`unknown metric ${word}`, advice, at)
}

function operatorOf(text: RuleText, after: string): Operator {
  const piece = text.take(OPERATOR)
  const next = text.word()
  const wrong = piece ? meant[piece.text + (next.text[0] ?? '')] : meant[next.text]
  if (piece && wrong === undefined) return piece.text as Operator // the pattern's
  const at = piece?.at ?? next.at
  if (wrong !== undefined) throw text.fault('unknown operator', `did you mean ${wrong}?`, at)
  const advice = 'the operators are < <= > >= =='
  const what =
    next.text === '' ? `${after} is compared with nothing` : `${next.text} is no operator`
  throw text.fault(what, advice, at)
}

function baselineRule(text: RuleText, figure: Omit<FigureRule, 'operator'>): Rule {
  const { metric, scope } = figure
  const word = text.take(/baseline\b/)
  if (!word) {
    throw text.fault('vs what?', `write ${metric.name} vs baseline < +10%`)
  }
  if (scope.kind === 'windows' || scope.kind === 'flow') {
    const of = scope.kind === 'windows' ? 'windows' : 'flows'
    throw text.fault(`${of} are not compared with a baseline`, 'compare the whole run', word.at)
  }
  if (metric.unit === 'ms' && metric.percent === undefined) {
    const what = `how much ${metric.name} differs by chance is not known`
    throw text.fault(what, 'compare a percentile, such as latency.p50', word.at)
  }
  const operator = operatorOf(text, 'vs baseline')
  if (operator === '==') {
    throw text.fault('no two runs are equal', 'write < +10% or > -10%', word.at)
  }
  const allowance = allowanceOf(text, metric, isCeiling(operator) ? '+' : '-')
  checkEnd(text)
  return { kind: 'baseline', ...figure, operator, allowance }
}

function checkEnd(text: RuleText): void {
  if (text.isAtEnd) return
  const { text: word, at } = text.word()
  throw text.fault(`${word} is too much`, 'one rule compares one figure with one limit', at)
}
