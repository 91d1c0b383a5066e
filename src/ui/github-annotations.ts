import type { CheckResult, JudgedRule } from '../gate/result.js'
import { explainText, figureOr, ruleText, valueText } from './check-words.js'
import { safeText } from './safe-text.js'

/**
 * Workflow commands of GitHub Actions, a line for each rule that does not hold. Texts come from
 * events: line ends are pictures when they come here, and what a command could end with is escaped
 * (GitHub, toolkit, core/src/command.ts).
 */
export function githubAnnotations({ rules, doubts }: CheckResult, failure?: Error): string[] {
  const reasons = [...(failure ? [failure.message] : []), ...doubts]
  return [
    ...rules.filter(({ verdict }) => verdict !== 'pass').map(annotation),
    ...reasons.map((reason) => `::error title=evt check::${escapedData(safeText(reason))}`),
  ]
}

function annotation(rule: JudgedRule): string {
  const level = rule.severity === 'warn' ? 'warning' : 'error'
  const limit = rule.limit === null ? '' : ` (limit ${figureOr(rule.limit, rule.unit)})`
  const text = `${rule.verdict}: ${valueText(rule)}${limit} ${explainText(rule)}`.trim()
  return `::${level} title=${escapedProperty(ruleText(rule))}::${escapedData(text)}`
}

function escapedData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
