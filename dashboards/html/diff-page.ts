import type { DiffResult, DiffSide } from '../../src/stats/diff/result.js'
import { type DiffLine, totalLines, typeLines, unusualTypes } from '../../src/ui/diff-rows.js'
import { type DiffView, nextCommands, notesOf, sideRange } from '../../src/ui/diff-text.js'
import { bytesText, countText } from '../../src/ui/numbers.js'
import { findingList } from './findings.js'
import { brief, type Html, html } from './html.js'
import { termList } from './measured.js'
import { type Made, pageText, section } from './page.js'
import { type Cell, dataTable } from './table.js'
import { counted, marksOf, titleOf } from './whole.js'

const MOST_TYPES = 500
const NAME_COLUMNS = 120

/** `evt diff -o html`: A versus B, the most unusual first, and what was found in either. */
export async function diffPage({ result, typed }: DiffView, made: Made): Promise<string> {
  const { a, b } = result
  const { timeZone } = made
  const { shown } = unusualTypes(result)
  const types = shown.slice(0, MOST_TYPES).flatMap(typeLines)
  const none = html`<p>No type surely differs.</p>`
  return pageText({
    kind: 'evt diff',
    title: `${titleOf(a.sources)} versus ${titleOf(b.sources)}`,
    marks: marksOf(result),
    facts: [],
    sections: [
      section(
        'sides',
        'Sides',
        termList([sideOf('A', result, timeZone), sideOf('B', result, timeZone)]),
      ),
      section('total', 'Total', lineTable('Total', totalLines(result))),
      section(
        'types',
        'Types, the most unusual first',
        types.length > 0 ? lineTable('Types', types) : none,
        html`${notesOf(result, MOST_TYPES).map((note) => html`<p class="legend">${note}</p>`)}`,
      ),
      section('findings-a', 'Findings in A', findingList(a.findings, timeZone)),
      section('findings-b', 'Findings in B', findingList(b.findings, timeZone)),
    ],
    next: nextCommands(result, typed),
    made,
  })
}

function sideOf(letter: 'A' | 'B', result: DiffResult, timeZone: string): [string, string] {
  const side: DiffSide = letter === 'A' ? result.a : result.b
  const row = letter === 'A' ? result.total.a : result.total.b
  const span = sideRange(side, timeZone)
  const parts = [
    titleOf(side.sources),
    ...(side.partial ? ['partial !'] : []),
    `${counted(side.read.objects, 'object')}, ${bytesText(side.read.bytes)}`,
    ...(span === '' ? [] : [`${span} ${timeZone}`]),
    counted(row?.events ?? 0, 'event'),
    `${countText(side.read.undecodable)} undecodable`,
  ]
  return [letter, parts.join('; ')]
}

function lineTable(caption: string, lines: readonly DiffLine[]): Html {
  const number = (title: string) => ({ title, isNumber: true })
  return dataTable({
    caption,
    columns: [{ title: '' }, { title: 'figure' }, ...['A', 'B', 'change', 'at least'].map(number)],
    rows: lines.map(({ name, label, a, b, change, atLeast, isWorse }): Cell[] => [
      { text: brief(name, NAME_COLUMNS) },
      ...[label, a, b].map((text) => ({ text })),
      { text: change, wrong: isWorse },
      { text: atLeast },
    ]),
  })
}
