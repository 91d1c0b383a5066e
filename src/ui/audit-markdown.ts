import type { AuditResult } from '../audit/result.js'
import { type AuditSection, auditSections } from './audit-sections.js'
import { markdownSafe, markdownText } from './markdown.js'
import type { Tabular } from './tabular.js'

/** The table of events, and below it what else was asked for, without a line end. */
export function auditMarkdown(result: AuditResult, events: Tabular): string {
  const sections = auditSections(result, 'UTC').map(sectionText)
  return [markdownText(events), ...sections].join('\n\n')
}

function sectionText({ title, says, columns, rows, code, after }: AuditSection): string {
  const table = {
    columns: columns.map(({ title: name }) => ({ name, type: 'text' as const })),
    rows,
    metadata: {},
  }
  return [
    `### ${title}`,
    ...(code === undefined ? [markdownSafe(says)] : []),
    ...(rows.length === 0 ? [] : [markdownText(table)]),
    // A line of JSON never begins with what ends the block.
    ...(code === undefined ? [] : [`\`\`\`json\n${code}\n\`\`\``]),
    ...after.map(markdownSafe),
  ].join('\n\n')
}
