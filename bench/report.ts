import { cpus, totalmem } from 'node:os'
import type { Measured } from './measure.js'

export type Row =
  | { what: string; a: Measured; b: Measured; limit?: number; least?: number }
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
    const { cells, holds } = 'memory' in row ? memoryCells(row) : ratioCells(row)
    held &&= holds
    console.log(`| ${row.what} | ${cells.join(' | ')} | ${holds ? 'holds' : 'DOES NOT HOLD'} |`)
  }
  if (!held) process.exitCode = 1
}

function ratioCells({ a, b, limit, least }: Extract<Row, { a: Measured }>) {
  const ratio = a.wallS / b.wallS
  const bound = limit !== undefined ? `≤ ${limit}×` : least !== undefined ? `≥ ${least}×` : ''
  const holds =
    !a.failed && !b.failed && ratio <= (limit ?? Number.POSITIVE_INFINITY) && ratio >= (least ?? 0)
  return { cells: [seconds(a), seconds(b), `${ratio.toFixed(2)}×`, bound], holds }
}

function memoryCells({ memory, limitMb }: Extract<Row, { memory: Measured }>) {
  const cells = [`${Math.round(memory.peakMb)} MB`, '', '', `≤ ${limitMb} MB`]
  return { cells, holds: !memory.failed && memory.peakMb <= limitMb }
}

function seconds({ wallS }: Measured): string {
  return `${wallS.toFixed(2)} s`
}
