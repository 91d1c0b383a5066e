/* The text of HdrHistogram's percentile tables (HdrHistogram, AbstractHistogram.java,
 * outputPercentileDistribution): a head, rows `value percentile totalCount 1/(1-percentile)`, and
 * three lines that begin with #. As CSV the fields stand between commas, without those lines. */
const head = /^\s*"?Value"?[\s,]+"?Percentile"?[\s,]+"?TotalCount"?[\s,]/
const moments = /^#\[Mean\s*=\s*(\S+), StdDeviation\s*=\s*(\S+)\]/
const totals = /^#\[Max\s*=\s*\S+, Total count\s*=\s*(\d+)\]/
const own = /^#\[Written by evt: values in milliseconds((?:, [\w.]+ = \d+(?:\.\d+)?)*)\]$/
const row = /^\s*(\d+(?:\.(\d+))?)[\s,]+([01](?:\.\d+)?)[\s,]+(\d+)(?:[\s,]+\S+)?\s*$/
const SHARE_DIGITS = 12

/** What a line of a percentile table is. `fault` follows its name. */
export type HgrmLine =
  | { kind: 'head' | 'comment' }
  | { kind: 'row'; row: HgrmRow }
  | { kind: 'moments'; mean: number; stddev: number }
  | { kind: 'total'; count: number }
  /** What evt says of its own tables: their unit, and figures that no row gives, by name. */
  | { kind: 'own'; figures: ReadonlyMap<string, number> }
  /** That a table by evt is not of all events. */
  | { kind: 'note'; text: string }
  | { kind: 'bad'; fault: string }

export interface HgrmRow {
  readonly value: number
  /** Of the value as it is written. */
  readonly decimals: number
  /** For this share of the values, in parts of 10¹², the row surely stands: for the one that is
   * written, and what may have been lost by rounding that. */
  readonly share: bigint
  /** What may have been lost. */
  readonly rounding: bigint
  /** How many values are no greater. */
  readonly count: number
}

export function readHgrmLine(line: string): HgrmLine {
  if (!line.startsWith('#')) {
    if (head.test(line)) return { kind: 'head' }
    return line.trim() === '' ? { kind: 'comment' } : readRow(line)
  }
  const [, mean, stddev] = moments.exec(line) ?? []
  if (mean !== undefined) return { kind: 'moments', mean: Number(mean), stddev: Number(stddev) }
  const [, count] = totals.exec(line) ?? []
  if (count !== undefined) return { kind: 'total', count: Number(count) }
  const [, figures] = own.exec(line) ?? []
  if (figures !== undefined) return { kind: 'own', figures: figuresOf(figures) }
  const [, text] = /^#\[((?:Partial|Sample): .*)\]$/.exec(line) ?? []
  return text === undefined ? { kind: 'comment' } : { kind: 'note', text }
}

function readRow(line: string): HgrmLine {
  const [, value, decimals = '', share = '', count] = row.exec(line) ?? []
  if (value === undefined) return { kind: 'bad', fault: 'is no row of a percentile table' }
  const read = { value: Number(value), decimals: decimals.length, count: Number(count) }
  if (!Number.isSafeInteger(read.count)) return { kind: 'bad', fault: 'has a count beyond 2^53' }
  return { kind: 'row', row: { ...read, ...shareOf(share) } }
}

/** A share that was rounded when it was written may have been greater by half of its last digit:
 * one that ends with a zero is taken as it is. */
function shareOf(text: string): Pick<HgrmRow, 'share' | 'rounding'> {
  const digits = text.replace('.', '').slice(0, SHARE_DIGITS + 1)
  const share = BigInt(digits.padEnd(SHARE_DIGITS + 1, '0'))
  if (digits.length < 3 || digits.endsWith('0')) return { share, rounding: 0n }
  const unit = 10n ** BigInt(SHARE_DIGITS + 1 - digits.length)
  const rounding = (unit + 1n) / 2n
  return { share: share + rounding, rounding }
}

function figuresOf(text: string): Map<string, number> {
  const pairs = text.matchAll(/, ([\w.]+) = ([\d.]+)/g)
  return new Map(Array.from(pairs, ([, name = '', value]) => [name, Number(value)]))
}

/** The line that {@link readHgrmLine} knows as evt's own. */
export function ownHgrmLine(figures: readonly (readonly [name: string, text: string])[]): string {
  const said = figures.map(([name, text]) => `, ${name} = ${text}`).join('')
  return `#[Written by evt: values in milliseconds${said}]`
}
