import type { CheckResult } from '../gate/result.js'
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
import { markdownSafe, markdownText } from './markdown.js'

/** For the summary of a step, or a comment: the verdict and a table of the rules. */
export function checkMarkdown(result: CheckResult): string {
  const names = ['verdict', 'rule', 'value', 'limit', 'margin', 'baseline', 'interval', 'why']
  const table = markdownText({
    columns: names.map((name) => ({ name, type: 'text' })),
    rows: result.rules.map((rule) => [
      verdictText(rule),
      ruleText(rule),
      valueText(rule),
      figureOr(rule.limit, rule.unit),
      marginText(rule),
      rule.baseline === null ? '' : figureOr(rule.baseline, rule.unit),
      intervalText(rule),
      explainText(rule),
    ]),
    metadata: {},
  })
  const baseline = baselineText(result, 'UTC')
  return [
    `### evt check: ${markdownSafe(headline(result))}`,
    '',
    table,
    ...result.doubts.flatMap((doubt) => ['', markdownSafe(doubt)]),
    ...(baseline === null ? [] : ['', `Compared with ${markdownSafe(baseline)}.`]),
  ].join('\n')
}
