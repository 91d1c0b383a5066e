import { cpus, totalmem } from 'node:os'
import type { Measured } from './measure.js'

interface Ratio {
  what: string
  a: Measured
  b: Measured
  limit?: number
  least?: number
  /** What is compared: time that passed, unless it says otherwise. */
  of?: 'wallS' | 'cpuS'
}

export type Row =
  | Ratio
  | { what: string; a: Measured; b: Measured; limitMs: number; of?: 'wallS' | 'cpuS' }
  | { what: string; memory: Measured; limitMb: number }

/** Prints a Markdown table, as the README shows it, and exits 1 where a bound does not hold.
 * @param archive what was read, as the start of a sentence */
export function report(rows: readonly Row[], archive: string): void {
  const memory = `${Math.round(totalmem() / 1e9)} GB`
  console.log(`\n${archive}; ${cpus().length} cores, ${memory}, Node ${process.version}\n`)
  console.log('| | evt | floor | ratio | bound | |')
  console.log('|---|--:|--:|--:|--:|---|')
  let held = true
  for (const row of rows) {
    const { cells, holds } = cellsOf(row)
    held &&= holds
    console.log(`| ${row.what} | ${cells.join(' | ')} | ${holds ? 'holds' : 'DOES NOT HOLD'} |`)
  }
  if (!held) process.exitCode = 1
}

function cellsOf(row: Row) {
  if ('memory' in row) return memoryCells(row)
  return 'limitMs' in row ? laterCells(row) : ratioCells(row)
}

/** How much later one is than the other, or how much more it computes. */
function laterCells({ a, b, limitMs, of = 'wallS' }: Extract<Row, { limitMs: number }>) {
  const laterMs = Math.round((a[of] - b[of]) * 1_000)
  const cells = [seconds(a[of]), seconds(b[of]), `+${laterMs} ms`, `≤ ${limitMs} ms`]
  return { cells, holds: !a.failed && !b.failed && laterMs <= limitMs }
}

function ratioCells({ a, b, limit, least, of = 'wallS' }: Ratio) {
  const ratio = a[of] / b[of]
  const bound = limit !== undefined ? `≤ ${limit}×` : least !== undefined ? `≥ ${least}×` : ''
  const holds =
    !a.failed && !b.failed && ratio <= (limit ?? Number.POSITIVE_INFINITY) && ratio >= (least ?? 0)
  return { cells: [seconds(a[of]), seconds(b[of]), `${ratio.toFixed(2)}×`, bound], holds }
}

function memoryCells({ memory, limitMb }: Extract<Row, { memory: Measured }>) {
  const cells = [`${Math.round(memory.peakMb)} MB`, '', '', `≤ ${limitMb} MB`]
  return { cells, holds: !memory.failed && memory.peakMb <= limitMb }
}

function seconds(s: number): string {
  return `${s.toFixed(2)} s`
}
