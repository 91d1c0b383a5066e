import pc from 'picocolors'
import { type Finding, type Severity, severities, type TopologyResult } from '../topology/model.js'
import { markdownSafe, markdownText } from './markdown.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { counted, gapLines, headline, textOf } from './topology-text.js'
import { wrapped } from './wrapped.js'

const MOST_FINDINGS = 100

/** The findings, the worst first, each with what to do. */
export function topologyCheckText(result: TopologyResult, style: TextStyle): string {
  const shown = result.findings.slice(0, MOST_FINDINGS)
  const hidden = result.findings.length - shown.length
  const more = hidden > 0 ? [`… ${counted(hidden, 'more finding')}, which -o json has`] : []
  const parts = [
    [`${verdictText(result)}   ${headline(result)}`],
    ...shown.map((finding) => findingLines(finding, style)),
    more,
    suppressedLines(result, style),
    gapLines(result.gaps, style),
  ]
  return textOf(parts, style)
}

function verdictText({ findings }: TopologyResult): string {
  const counts = severities.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [counted(count, severity)]
  })
  return counts.length === 0 ? 'no findings' : counts.join(', ')
}

function findingLines(finding: Finding, style: TextStyle): string[] {
  const { severity, id, on, explanation, fix } = finding
  const { red, bold } = pc.createColors(style.color)
  const sign = signs[severity]
  const text = (words: string) =>
    wrapped(safeText(words), style.width - 2).map((line) => `  ${line}`)
  const head = `${severity === 'error' ? red(sign) : sign} ${bold(id)}  ${safeText(on)}`
  return [head, ...text(explanation), ...text(`Fix: ${fix}.`)]
}

const signs: Readonly<Record<Severity, string>> = { error: '!', warning: '!', note: '·' }

function suppressedLines({ suppressed }: TopologyResult, { width }: TextStyle): string[] {
  return suppressed.flatMap(({ id, on, reason }) => {
    const [first = '', ...rest] = wrapped(
      safeText(`${id}  ${on}  suppressed: ${reason}`),
      width - 2,
    )
    return [`· ${first}`, ...rest.map((line) => `  ${line}`)]
  })
}

/** For the summary of a step, or a comment. */
export function topologyCheckMarkdown(result: TopologyResult): string {
  const names = ['severity', 'finding', 'on', 'why', 'fix']
  const table = markdownText({
    columns: names.map((name) => ({ name, type: 'text' })),
    rows: result.findings.map(({ severity, id, on, explanation, fix }) => [
      ...[severity, id, on, explanation, fix],
    ]),
    metadata: {},
  })
  const left = result.suppressed.map(({ id, on, reason }) => {
    return `- ${markdownSafe(`${id} on ${on} is suppressed: ${reason}`)}`
  })
  return [
    `### evt topology check: ${markdownSafe(`${verdictText(result)}   ${headline(result)}`)}`,
    ...(result.findings.length === 0 ? [] : ['', table]),
    ...(left.length === 0 ? [] : ['', ...left]),
  ].join('\n')
}
