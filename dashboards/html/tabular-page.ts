import { countText } from '../../src/ui/numbers.js'
import type { Tabular, TabularColumn, TabularValue } from '../../src/ui/tabular.js'
import { momentText } from '../../src/ui/times.js'
import { brief, type Html, html } from './html.js'
import { namedFigure, wordsOf } from './named-figure.js'
import { type Made, type Mark, pageText, section } from './page.js'
import { type Cell, dataTable } from './table.js'

/** A result that is a table, and what is said of it. */
export interface TabularView {
  /** `evt lag`. */
  readonly kind: string
  readonly title: string
  readonly facts: readonly string[]
  readonly marks?: readonly Mark[]
  /** What was found, a sentence each. */
  readonly statements: readonly string[]
  readonly table: Tabular
  /** How many rows there are, where the table has only the first. */
  readonly count?: number
  /** Names and figures as they are: what they mean is not known. */
  readonly isAsIs?: boolean
  /** How the table is called. */
  readonly caption: string
  /** Below it. */
  readonly sections?: readonly Html[]
}

export const MOST_ROWS = 5_000
const COLUMNS = 200

/** A page of a result that has rows: what was found first, then the rows to sort. */
export function tabularPage(view: TabularView, made: Made): Promise<string> {
  const { kind, title, facts, marks = [], statements, table, caption, sections = [] } = view
  const { count = table.rows.length, isAsIs = false } = view
  const found = html`<ul class="statements">${statements.map(
    (text) => html`<li><bdi>${text}</bdi></li>\n`,
  )}</ul>`
  return pageText({
    ...{ kind, title: brief(title, COLUMNS), facts, marks, made, next: [] },
    sections: [
      ...(statements.length > 0 ? [section('findings', 'Findings', found)] : []),
      count === 0
        ? section('rows', caption, html`<p>There is nothing to show.</p>`)
        : section(
            ...(['rows', caption] as const),
            tableOf(table, { caption, isAsIs, timeZone: made.timeZone }),
            moreRows(count),
          ),
      ...sections,
    ],
  })
}

function moreRows(rows: number): Html | null {
  if (rows <= MOST_ROWS) return null
  const more = countText(rows - MOST_ROWS)
  return html`<p class="legend">… ${more} more rows: --output csv has all</p>`
}

interface TableOptions {
  readonly caption: string
  readonly isAsIs: boolean
  readonly timeZone: string
}

function tableOf({ columns, rows }: Tabular, { caption, isAsIs, timeZone }: TableOptions): Html {
  const isUsed = (n: number) => rows.some((row) => (row[n] ?? null) !== null)
  const shown = columns.flatMap((column, n) => (column.opaque || !isUsed(n) ? [] : [{ column, n }]))
  return dataTable({
    caption,
    columns: shown.map(({ column }) => ({
      title: titleOf(column, { isAsIs, timeZone }),
      isNumber: isNumber(column),
    })),
    rows: rows.slice(0, MOST_ROWS).map((row) =>
      shown.map(({ column, n }) => {
        const value = row[n] ?? null
        return isAsIs && typeof value === 'number'
          ? { text: String(value), value }
          : cellOf(value, column, { timeZone })
      }),
    ),
    isSortable: rows.length > 1,
  })
}

/** Its name, and of times the zone. */
function titleOf(
  { name, type }: TabularColumn,
  { isAsIs, timeZone }: Pick<TableOptions, 'isAsIs' | 'timeZone'>,
): string {
  const title = isAsIs ? brief(name, COLUMNS) : wordsOf(name)
  return type === 'time' ? `${title}, ${timeZone}` : title
}

const isNumber = ({ type }: TabularColumn) => type === 'integer' || type === 'decimal'

export function cellOf(
  value: TabularValue,
  { name, type }: Pick<TabularColumn, 'name' | 'type'>,
  { timeZone, outer = '' }: { readonly timeZone: string; readonly outer?: string | undefined },
): Cell {
  if (value === null) return { text: '', value: null }
  if (typeof value === 'number') return { text: namedFigure(value, name, outer), value }
  if (type === 'time') return { text: momentText(value, timeZone) }
  return { text: brief(value, COLUMNS) }
}
