import type { CheckResult, JudgedRule } from '../gate/result.js'
import { changeText, figureText } from '../gate/words.js'
import { nameOf } from '../stats/findings/phrases.js'
import { countText, NONE } from './numbers.js'
import { safeText } from './safe-text.js'
import { momentText } from './times.js'

/** `fail`, or `warn` for what is broken and only to be told. */
export function verdictText({ verdict, severity }: JudgedRule): string {
  if (severity === 'error' || verdict === 'pass') return verdict
  return verdict === 'fail' ? 'warn' : 'inconclusive, warn'
}

/** The rule, and where it is about more than its text says, of which type. */
export function ruleText({ rule, type, source }: JudgedRule): string {
  const isNamed = type !== null && source !== null
  return safeText(isNamed ? `${rule}  ${nameOf({ type, source })}` : rule)
}

/** The figure, or with a baseline how far it is from it. */
export function valueText({ value, unit, change }: JudgedRule): string {
  if (value === null) return NONE
  if (change?.relative != null) return changeText(change.relative)
  return figureText(value, unit)
}

export function figureOr(value: number | null, unit: JudgedRule['unit']): string {
  return value === null ? NONE : figureText(value, unit)
}

/** `20% below`, `4% beyond`: how far a figure is from its limit. */
export function marginText({ margin }: JudgedRule): string {
  return margin === null ? '' : changeText(margin)
}

/** `176 ms … 187 ms`. */
export function intervalText({ interval, unit }: JudgedRule): string {
  if (interval === null || interval.every((end) => end === null)) return ''
  const [low, high] = interval.map((value) => figureOr(value, unit))
  return `${low} … ${high}`
}

/** What is behind a verdict, after its figures. */
export function explainText({ explain, samples, window }: JudgedRule): string {
  const at = window ? `${momentText(window.start, 'UTC')} UTC` : ''
  const count =
    samples === null || samples === 0
      ? ''
      : `${countText(samples)} ${samples === 1 ? 'sample' : 'samples'}`
  return [safeText(explain), at, count].filter((part) => part !== '').join('   ')
}

/** How many rules are how: `FAIL  1 of 4 rules`. */
export function headline({ verdict, rules }: CheckResult): string {
  const wanted = verdict === 'pass' ? 'pass' : verdict
  const many = rules.filter((rule) => rule.severity === 'error' && rule.verdict === wanted).length
  const of = `${countText(rules.length)} ${rules.length === 1 ? 'rule' : 'rules'}`
  return `${verdict.toUpperCase()}  ${countText(many)} of ${of}`
}

/** `main, last 5 runs, newest 3f2a91c of 2026-11-25 10:02`. */
export function baselineText({ baseline }: CheckResult, timeZone: string): string | null {
  if (baseline === null) return null
  const { name, runs } = baseline
  const newest = runs.at(-1)
  const branches = new Set(runs.map(({ branch }) => branch))
  const branch = branches.size === 1 ? (newest?.branch ?? null) : null
  const commit = newest?.commit?.slice(0, 7) ?? null
  const at = newest?.at ? `of ${momentText(newest.at, timeZone)}` : ''
  const parts = [
    safeText(name),
    ...(branch === null ? [] : [safeText(branch)]),
    ...(runs.length > 1 ? [`last ${countText(runs.length)} runs`] : []),
    ...(at === '' && commit === null
      ? []
      : [
          [runs.length > 1 ? 'newest' : '', commit === null ? '' : safeText(commit), at]
            .filter((part) => part !== '')
            .join(' '),
        ]),
  ]
  return parts.join(', ')
}
