import type { JudgedRule } from '../../src/gate/result.js'
import type { CheckRun } from '../../src/gate/run.js'
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
} from '../../src/ui/check-words.js'
import { latencyShape } from '../../src/ui/latency-shape.js'
import { safeText } from '../../src/ui/safe-text.js'
import { brief, type Html, html } from './html.js'
import { type Made, pageText, section } from './page.js'
import { percentilePlot } from './percentile-plot.js'
import { type Cell, dataTable } from './table.js'
import { counted, marksOf, titleOf } from './whole.js'

const NAME_COLUMNS = 200

/** `evt check -o html`: the verdict, every rule, and the percentiles over those of the baseline. */
export async function checkPage(
  { result, curves, run }: Pick<CheckRun, 'result' | 'curves' | 'run'>,
  made: Made,
): Promise<string> {
  const [shape, under] = await Promise.all(
    [curves.now, curves.baseline].map((hdr) => (hdr === null ? null : latencyShape(hdr))),
  )
  const { latencyMs } = run.measured.total.figures
  const baseline = baselineText(result, made.timeZone)
  return pageText({
    kind: 'evt check',
    title: titleOf(result.sources),
    marks: [
      ...marksOf(result),
      ...result.doubts.map((doubt) => ({ text: 'doubtful', explain: safeText(doubt) })),
    ],
    facts: [
      headline(result),
      counted(result.events, 'event'),
      ...(baseline === null ? [] : [`compared with ${baseline}`]),
    ],
    sections: [
      section('rules', 'Rules', ruleTable(result.rules)),
      html`<div class="plots">${percentilePlot(latencyMs, shape ?? null, under ?? null)}</div>`,
    ],
    next: [],
    made,
  })
}

function ruleTable(rules: readonly JudgedRule[]): Html {
  const number = (title: string) => ({ title, isNumber: true })
  return dataTable({
    caption: 'Rules',
    columns: [
      ...[{ title: 'rule' }, { title: 'verdict' }],
      ...['value', 'limit', 'margin', 'baseline', 'interval'].map(number),
      { title: 'why' },
    ],
    rows: rules.map((rule): Cell[] => [
      { text: brief(ruleText(rule), NAME_COLUMNS) },
      { text: verdictText(rule), wrong: rule.verdict !== 'pass' },
      { text: valueText(rule), value: rule.value },
      { text: figureOr(rule.limit, rule.unit), value: rule.limit },
      { text: marginText(rule), value: rule.margin },
      { text: rule.baseline === null ? '' : figureOr(rule.baseline, rule.unit) },
      { text: intervalText(rule) },
      { text: explainText(rule) },
    ]),
  })
}
