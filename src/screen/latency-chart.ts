import { durationText } from '../ui/numbers.js'
import { type Line, part } from './line.js'
import { type LatencySlot, SLOTS } from './over-time.js'

const BLANK = 0x2800
/** The dots of a cell of braille, by row and column. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const
const LABEL = 8

/** The percentiles of the last minutes on a logarithmic axis, each as high as its value is. */
export function latencyChart(
  slots: readonly LatencySlot[],
  { columns, lines, isUnicode }: { columns: number; lines: number; isUnicode: boolean },
): Line[] {
  const width = columns - LABEL
  const upper = slots.some(({ p99 }) => p99 !== null) ? 'p99' : 'max'
  const values = slots.flatMap((slot) => [slot.p50, slot[upper]]).filter((ms) => ms !== null)
  const title = `latency p50 ${upper}, 5 min`
  const none = [part('  nothing to claim yet', 'dim')]
  if (values.length === 0 || lines < 3) return [[part(title, 'dim')], none].slice(0, lines)
  const scale = scaleOf(values)
  const grid = new Grid(width, lines - 1, isUnicode)
  for (const [n, slot] of slots.entries()) {
    const column = Math.floor(((SLOTS - slots.length + n) * grid.dotColumns) / SLOTS)
    for (const ms of [slot.p50, slot[upper]]) if (ms !== null) grid.set(column, scale.share(ms))
  }
  const ends = [scale.highMs, ...Array<null>(Math.max(0, lines - 3)).fill(null), scale.lowMs]
  const drawn = grid.rows().map((row, n) => {
    const ms = ends[n] ?? null
    return [part((ms === null ? '' : durationText(ms)).padStart(LABEL - 1), 'dim'), part(` ${row}`)]
  })
  return [[part(title, 'dim')], ...drawn]
}

function scaleOf(values: readonly number[]) {
  const lowMs = Math.max(0.001, Math.min(...values))
  const highMs = Math.max(lowMs * 2, ...values)
  const share = (ms: number) => Math.log(Math.max(ms, lowMs) / lowMs) / Math.log(highMs / lowMs)
  return { lowMs, highMs, share }
}

/** Dots: eight in a cell of braille, one where there is no braille. */
class Grid {
  readonly dotColumns: number
  private readonly dotRows: number
  private readonly cells: Uint8Array

  constructor(
    private readonly columns: number,
    private readonly lines: number,
    private readonly isUnicode: boolean,
  ) {
    this.dotColumns = isUnicode ? columns * 2 : columns
    this.dotRows = isUnicode ? lines * 4 : lines
    this.cells = new Uint8Array(columns * lines)
  }

  /** @param share how high: 0 is the lowest row, 1 the highest */
  set(column: number, share: number): void {
    const row = Math.round((1 - share) * (this.dotRows - 1))
    const [x, y] = this.isUnicode ? [column >> 1, row >> 2] : [column, row]
    const dot = this.isUnicode ? (dots[row & 3]?.[column & 1] ?? 0) : 1
    this.cells[y * this.columns + x] = (this.cells[y * this.columns + x] ?? 0) | dot
  }

  rows(): string[] {
    return Array.from({ length: this.lines }, (_, line) => {
      const cells = this.cells.subarray(line * this.columns, (line + 1) * this.columns)
      return Array.from(cells, (cell) => this.sign(cell)).join('')
    })
  }

  private sign(cell: number): string {
    if (cell === 0) return ' '
    return this.isUnicode ? String.fromCharCode(BLANK + cell) : '*'
  }
}
