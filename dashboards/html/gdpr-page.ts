import type { Told } from '../../src/privacy/request.js'
import { reportSections } from '../../src/ui/gdpr-report.js'
import { countText } from '../../src/ui/numbers.js'
import type { Tabular } from '../../src/ui/tabular.js'
import { type Html, html } from './html.js'
import { type Made, pageText, section } from './page.js'
import { dataTable } from './table.js'

/** What a person is told of the events about them, as a page. */
export function gdprPage(told: Told, made: Made): Promise<string> {
  const { counts, operator, partial } = told
  return pageText({
    kind: 'evt gdpr extract',
    title: 'Your data',
    marks: partial ? [{ text: 'partial', explain: 'not all of the archive could be read' }] : [],
    facts: [
      `${countText(counts.matched)} events`,
      ...(operator === null ? [] : [`by ${operator}`]),
    ],
    sections: reportSections(told).map(({ title, paragraphs, table }, n) =>
      section(`part-${n + 1}`, title, listOf(paragraphs), table ? tableOf(title, table) : null),
    ),
    next: [],
    made,
  })
}

function listOf(paragraphs: readonly string[]): Html | null {
  if (paragraphs.length === 0) return null
  return html`<ul>${paragraphs.map((text) => html`<li>${text}</li>\n`)}</ul>`
}

function tableOf(caption: string, { columns, rows }: Tabular): Html | null {
  if (rows.length === 0) return null
  return dataTable({
    caption,
    columns: columns.map(({ name, type }) => ({ title: name, isNumber: type === 'integer' })),
    rows: rows.map((row) =>
      row.map((value) => ({ text: typeof value === 'number' ? countText(value) : (value ?? '') })),
    ),
  })
}
