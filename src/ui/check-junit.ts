import reports, { type Builder } from 'junit-report-builder'
import type { CheckResult, JudgedRule } from '../gate/result.js'
import { explainText, figureOr, headline, ruleText, valueText } from './check-words.js'
import { safeText } from './safe-text.js'

/**
 * JUnit's XML: a test case for each rule. What is broken is a failure; what is inconclusive an
 * error, since no test may seem to have passed that has not. Rules that only warn are skipped, with
 * why.
 */
export function checkJunit(result: CheckResult): string {
  // Its types say `default`, which CommonJS has not.
  const builder = (reports as unknown as Builder).newBuilder()
  const name = `evt check ${safeText(result.sources.join(' '))}`
  const suite = builder.testSuite().name(name)
  for (const rule of result.rules) {
    const testCase = suite.testCase().name(ruleText(rule)).className('evt.check')
    const text = messageOf(rule)
    if (rule.verdict === 'pass') continue
    if (rule.severity === 'warn') testCase.skipped().standardOutput(text)
    else if (rule.verdict === 'fail') testCase.failure(text, 'fail')
    else testCase.error(text, 'inconclusive')
  }
  const isWorse = result.verdict !== 'pass' && !result.rules.some(isBad)
  if (isWorse) {
    const text = [headline(result), ...result.doubts.map(safeText)].join('; ')
    suite.testCase().name('what was measured').className('evt.check').error(text, 'inconclusive')
  }
  return builder.build()
}

function isBad({ severity, verdict }: JudgedRule): boolean {
  return severity === 'error' && verdict !== 'pass'
}

function messageOf(rule: JudgedRule): string {
  const limit = rule.limit === null ? '' : `, limit ${figureOr(rule.limit, rule.unit)}`
  const text = `${valueText(rule)}${limit}  ${explainText(rule)}`.trim()
  // The library keeps the first end of a CDATA section in a text, and none after it.
  return text.replaceAll(']]>', ']] >')
}
