/** What stands for a figure that cannot be claimed. */
export const NONE = '–'

/** `10,029,993`. */
export function countText(count: number | null): string {
  return count === null ? NONE : grouped(String(count))
}

/** A fraction as percent: `0`, `0.30%`, `12.3%`; what is not nothing or not all never looks so. */
export function percentText(fraction: number | null): string {
  if (fraction === null) return NONE
  const percent = fraction * 100
  if (percent === 0) return '0'
  if (percent < 0.001) return '<0.001%'
  if (percent < 100 && percent > 99.94) return '>99.9%'
  if (percent < 0.0995) return `${percent.toFixed(3)}%`
  return `${rounded(percent, 3)}%`
}

interface Unit {
  readonly name: string
  readonly size: number
  /** From this many on, the next unit serves better. */
  readonly limit: number
}

const durationUnits: readonly Unit[] = [
  { name: 'µs', size: 0.001, limit: 1_000 },
  { name: 'ms', size: 1, limit: 1_000 },
  { name: 's', size: 1_000, limit: 120 },
  { name: 'min', size: 60_000, limit: 120 },
  { name: 'h', size: 3_600_000, limit: 48 },
  { name: 'd', size: 86_400_000, limit: Number.POSITIVE_INFINITY },
]

const byteUnits: readonly Unit[] = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'].map((name, i, all) => ({
  name,
  size: 1_000 ** i,
  limit: i === all.length - 1 ? Number.POSITIVE_INFINITY : 1_000,
}))

/**
 * Milliseconds as `22 ms`, `2.1 s`, `61 s`, `5.2 min`. Two digits where figures stand in columns,
 * three where one stands alone; whole units are never cut.
 */
export function durationText(ms: number | null, digits: 2 | 3 = 2): string {
  if (ms === null) return NONE
  return ms === 0 ? '0 ms' : withUnit(ms, durationUnits, digits)
}

/** Bytes in decimal units: `1.2 GB`. */
export function bytesText(bytes: number): string {
  return Number.isInteger(bytes) && bytes < 1_000 ? `${bytes} B` : withUnit(bytes, byteUnits, 2)
}

/** A price in US dollars: `$12.30`; what is next to nothing never looks like nothing. */
export function dollarText(usd: number): string {
  return usd < 0.01 ? 'less than $0.01' : `$${grouped(usd.toFixed(2))}`
}

function withUnit(value: number, units: readonly Unit[], digits: number): string {
  for (const { name, size, limit } of units) {
    const text = rounded(value / size, digits)
    if (Math.abs(Number(text)) < limit) return `${grouped(text)} ${name}`
  }
  return String(value)
}

/** At least `digits` digits: decimals only as far as the whole part leaves room for them. */
function rounded(value: number, digits: number): string {
  const text = value.toFixed(Math.max(0, digits - wholeDigits(value)))
  // Rounding may have carried: 9.96 is 10, not 10.0.
  return value === 0 ? '0' : value.toFixed(Math.max(0, digits - wholeDigits(Number(text))))
}

function wholeDigits(value: number): number {
  return String(Math.trunc(Math.abs(value))).length
}

function grouped(digits: string): string {
  return digits.replace(/^(-?)(\d+)/, (_, sign, whole) => {
    return sign + String(whole).replace(/\B(?=(\d{3})+$)/g, ',')
  })
}

/** Pads figures so that their decimal points stand in one column. */
export function alignedOnPoint(figures: readonly string[]): string[] {
  const points = figures.map((figure) => (/\d/.test(figure) ? figure.search(/\.\d|\D*$/) : -1))
  const heads = figures.map((figure, i) => (points[i] === -1 ? figure.length : (points[i] ?? 0)))
  const before = Math.max(0, ...heads)
  const after = Math.max(0, ...figures.map((figure, i) => figure.length - (heads[i] ?? 0)))
  return figures.map((figure, i) => {
    const head = heads[i] ?? 0
    return figure.slice(0, head).padStart(before) + figure.slice(head).padEnd(after)
  })
}
