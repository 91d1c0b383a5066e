import { type HgrmRow, readHgrmLine } from '../../meters/hgrm-text.js'
import { PercentileTable } from '../../meters/percentile-table.js'
import type { ReadLine } from './log-reader.js'
import type { HlogUnit } from './result.js'

interface PlacedRow extends HgrmRow {
  line: number
  text: string
}

const ASSUMED_UNIT = 'ms'
const units: readonly HlogUnit[] = ['s', 'ms', 'us', 'ns']
const WHOLE = 10n ** 12n

/** One table between its head and the next. */
class OpenTable {
  readonly rows: PlacedRow[] = []
  moments: { mean: number; stddev: number } | undefined
  count: number | undefined
  own: ReadonlyMap<string, number> | undefined
  last = { line: 0, head: '' }

  add(row: PlacedRow): string | undefined {
    const before = this.rows.at(-1)
    const isBehind =
      before !== undefined &&
      (row.value < before.value || row.count < before.count || row.share < before.share)
    const isOther = before?.count === row.count && before.value !== row.value
    if (isBehind || isOther) return 'contradicts the row before it'
    this.rows.push(row)
    return undefined
  }

  /** Why the rows are not all that the table had. */
  get missing(): string | undefined {
    const last = this.rows.at(-1)
    const ends = last?.count ?? 0
    if (this.count !== undefined) {
      return ends === this.count ? undefined : `ends a table at ${ends} of ${this.count} values`
    }
    return last?.share === WHOLE ? undefined : 'ends a table before 100%'
  }
}

/** Reads the percentile tables of one file. Values are kept as integers, of the unit that has
 * room for their decimals. */
export class TableReader {
  readonly notes: string[] = []
  private readonly done: ReadLine[] = []
  private table: OpenTable | undefined

  /** @param unit of the values, where the table does not say */
  constructor(private readonly unit: HlogUnit | undefined) {}

  /** What is wrong with a line; rows of a table are known at its end. */
  read(text: string, line: number): ReadLine | undefined {
    const read = readHgrmLine(text)
    if (read.kind === 'head') {
      this.done.push(...this.finished())
      this.table = new OpenTable()
    }
    const { table } = this
    if (text.trim() !== '' && table) table.last = { line, head: text }
    switch (read.kind) {
      case 'row': {
        const fault = table?.add({ ...read.row, line, text })
        return fault === undefined ? undefined : { fault }
      }
      case 'bad':
        return { fault: read.fault }
      case 'note':
        this.notes.push(read.text)
        return undefined
      case 'moments':
        if (table) table.moments = read
        return undefined
      case 'total':
        if (table) table.count = read.count
        return undefined
      case 'own':
        if (table) table.own = read.figures
        return undefined
      default:
        return undefined
    }
  }

  end(): ReadLine[] {
    return [...this.done, ...this.finished()]
  }

  private finished(): ReadLine[] {
    const { table } = this
    if (!table) return []
    const { missing } = table
    if (missing !== undefined) return [{ fault: missing, ...table.last }]
    const unit = table.own ? 'ms' : (this.unit ?? ASSUMED_UNIT)
    return tableRow(table, unit, table.own === undefined && this.unit === undefined)
  }
}

function tableRow(open: OpenTable, unit: HlogUnit, isUnitAssumed: boolean): ReadLine[] {
  const decimals = Math.max(0, ...open.rows.map((row) => row.decimals))
  const place = units.indexOf(unit)
  const finer = Math.min(units.length - 1, place + Math.ceil(decimals / 3))
  const ticks = (value: number) => value * 1000 ** (finer - place)
  const total = open.rows.at(-1)?.count ?? 0
  const faults: ReadLine[] = []
  const rows = open.rows.flatMap(({ line, text, ...row }) => {
    const value = Math.round(ticks(row.value))
    const fault = faultOf({ ...row, value }, total)
    if (fault !== undefined) faults.push({ fault, line, head: text })
    return fault === undefined ? [{ ...row, value }] : []
  })
  const table = new PercentileTable(rows, figuresOf(open, ticks))
  const histogram = table.buckets(decimals)
  return [
    ...faults,
    {
      row: {
        ...{ tag: null, histogram, table, unit: units[finer] ?? unit },
        ...{ startSeconds: Number.NaN, endSeconds: Number.NaN },
        ...{ isOwn: false, isUnitAssumed },
      },
    },
  ]
}

function faultOf({ value, count, share, rounding }: HgrmRow, total: number): string | undefined {
  if (!Number.isSafeInteger(value)) return 'has a value beyond 2^53'
  const least = BigInt(total) * (share - 2n * rounding)
  return least > BigInt(count) * WHOLE ? 'has a count that is no such share of all' : undefined
}

function figuresOf({ moments, own, rows }: OpenTable, ticks: (value: number) => number) {
  const known = (value: number | undefined) =>
    value !== undefined && Number.isFinite(value) ? Math.round(ticks(value)) : null
  const [first] = rows
  const least = first?.share === 0n ? first.value : undefined
  const percentiles = [...(own ?? [])].flatMap(([name, value]): [number, number][] => {
    const [, percent] = /^p(\d+(?:\.\d+)?)$/.exec(name) ?? []
    return percent === undefined ? [] : [[Number(percent), Math.round(ticks(value))]]
  })
  return {
    mean: known(moments?.mean),
    stddev: known(moments?.stddev),
    min: known(own?.get('min') ?? least),
    percentiles: new Map(percentiles),
  }
}
