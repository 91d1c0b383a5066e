import type { CheckResult, JudgedRule } from '../gate/result.js'
import { explainText, figureOr, headline, ruleText, valueText } from './check-words.js'
import { type JunitCase, junitText } from './junit.js'
import { safeText } from './safe-text.js'

/**
 * JUnit's XML: a test case for each rule. What is broken is a failure; what is inconclusive an
 * error, since no test may seem to have passed that has not. Rules that only warn are skipped, with
 * why.
 */
export function checkJunit(result: CheckResult): string {
  const name = `evt check ${safeText(result.sources.join(' '))}`
  const cases = result.rules.map(caseOf)
  const isWorse = result.verdict !== 'pass' && !result.rules.some(isBad)
  if (isWorse) {
    const text = [headline(result), ...result.doubts.map(safeText)].join('; ')
    const bad = { kind: 'error', text, type: 'inconclusive' } as const
    cases.push({ name: 'what was measured', bad })
  }
  return junitText(name, 'evt.check', cases)
}

function caseOf(rule: JudgedRule): JunitCase {
  const name = ruleText(rule)
  if (rule.verdict === 'pass') return { name }
  const text = messageOf(rule)
  if (rule.severity === 'warn') return { name, bad: { kind: 'skipped', text, type: 'warn' } }
  return rule.verdict === 'fail'
    ? { name, bad: { kind: 'failure', text, type: 'fail' } }
    : { name, bad: { kind: 'error', text, type: 'inconclusive' } }
}

function isBad({ severity, verdict }: JudgedRule): boolean {
  return severity === 'error' && verdict !== 'pass'
}

function messageOf(rule: JudgedRule): string {
  const limit = rule.limit === null ? '' : `, limit ${figureOr(rule.limit, rule.unit)}`
  return `${valueText(rule)}${limit}  ${explainText(rule)}`.trim()
}
