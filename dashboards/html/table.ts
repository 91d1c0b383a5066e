import { NONE } from '../../src/ui/numbers.js'
import { type Html, html } from './html.js'

export interface Column {
  readonly title: string
  readonly isNumber?: boolean
}

export interface Cell {
  readonly text: string
  /** Takes the place of the text. */
  readonly drawn?: Html
  /** What the column is sorted by; the text where it is absent. Null comes last. */
  readonly value?: number | null
  /** Why there is no figure. */
  readonly why?: string | null
  /** What the findings complain of. */
  readonly wrong?: boolean
  readonly isCode?: boolean
}

export interface DataTable {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
  readonly foot?: readonly Cell[]
  /** Whether a press on a title sorts by it. */
  readonly isSortable?: boolean
  /** Whether the first cell of a row names it; else all are alike. */
  readonly isNamed?: boolean
  readonly isCaptionShown?: boolean
}

/** Longer texts may take several lines. */
const LINE_CHARACTERS = 48

/** A table that scrolls sideways in a box of its own where the page is too narrow for it. */
export function dataTable(table: DataTable): Html {
  const { caption, columns, rows, foot, isSortable = false, isNamed = true } = table
  const row = (cells: readonly Cell[]) =>
    html`<tr>${cells.map((cell, i) => tableCell(cell, columns[i], isNamed && i === 0))}</tr>\n`
  const head = columns.map(
    ({ title, isNumber }) => html`<th scope="col" class="${isNumber ? 'n' : ''}">${title}</th>`,
  )
  const isShown = columns.some(({ title }) => title !== '')
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
<table class="${isSortable && isShown ? 'sortable' : ''}">
<caption class="${table.isCaptionShown ? '' : 'unseen'}">${caption}</caption>
${isShown ? html`<thead><tr>${head}</tr></thead>` : null}
<tbody>
${rows.map(row)}</tbody>
${foot ? html`<tfoot>${row(foot)}</tfoot>` : null}
</table>
</div>`
}

function tableCell(cell: Cell, column: Column | undefined, isName: boolean): Html {
  const { text, drawn, value, why, wrong = false, isCode = false } = cell
  const names = [
    ...(column?.isNumber ? ['n'] : []),
    ...(wrong ? ['wrong'] : []),
    ...(text.length > LINE_CHARACTERS ? ['long'] : []),
  ].join(' ')
  const shown =
    drawn ?? (why ? html`<abbr title="${why}">${text}</abbr>` : html`<bdi>${text}</bdi>`)
  const inside = isCode ? html`<code>${shown}</code>` : shown
  const sign = wrong ? html`<span class="sign"> !</span>` : null
  const sorted = value === undefined ? null : html` data-value="${value === null ? '' : value}"`
  // A row that goes on with the one above has no name of its own.
  return isName && text !== ''
    ? html`<th scope="row" class="${names}"${sorted}>${inside}</th>`
    : html`<td class="${names}"${sorted}>${inside}${sign}</td>`
}

/** A figure, and why it is not there. */
export function figure(
  text: string,
  value: number | null,
  rest: { why?: string | null; wrong?: boolean } = {},
): Cell {
  return { text: value === null ? NONE : text, value, ...rest }
}
