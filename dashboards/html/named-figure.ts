import {
  bytesText,
  countText,
  dollarText,
  durationText,
  percentText,
} from '../../src/ui/numbers.js'

/** Statistics of an outer figure, whose name has the unit: `latencyMs.p99`. */
const isStatistic = /^(min|max|mean|stddev|median|p\d+)$/
const isShare = /^(rate|ratio|share)$/
const msPer: ReadonlyMap<string, number> = new Map([
  ...[['us', 0.001] as const, ['ms', 1] as const, ['s', 1_000] as const],
  ['seconds', 1_000] as const,
])

/** A name of ours, written `oldestAgeMs` or `oldest_age_us`, as words. */
function split(name: string): string[] {
  const spaced = name.replace(/([a-z\d])([A-Z])/g, (_, end: string, begin: string) => {
    return `${end} ${begin.toLowerCase()}`
  })
  return spaced.split(/[ _]+/).filter(Boolean)
}

const isRate = (words: readonly string[]) => words.at(-2) === 'per'

const isSecond = (word?: string) => word === 's' || word === 'second'

/** How many milliseconds a figure of that name has in one; undefined where it is no time. */
function msIn(words: readonly string[]): number | undefined {
  return isRate(words) || words.length < 2 ? undefined : msPer.get(words.at(-1) ?? '')
}

/** `oldestAgeMs` is `oldest age`, `sentPerS` is `sent per second`: units stand at each figure. */
export function wordsOf(name: string): string {
  const words = split(name)
  if (isRate(words) && words.at(-1) === 's') words.splice(-1, 1, 'second')
  const isNamed = msIn(words) !== undefined || (words.length > 1 && words.at(-1) === 'usd')
  return (isNamed ? words.slice(0, -1) : words)
    .map((word) => (word === 'usd' ? 'USD' : word.replace(/^p99(9+)$/, 'p99.$1')))
    .join(' ')
}

/**
 * A figure as its name says: a time, a size, a price, a share or a count, with its unit.
 *
 * @param outer what the figure is a statistic of, where it has no unit by itself
 */
export function namedFigure(value: number, name: string, outer = ''): string {
  const own = split(name)
  const words = isStatistic.test(name) && outer !== '' ? split(outer) : own
  const ms = msIn(words)
  if (ms !== undefined) return durationText(value * ms, 3)
  if (words.includes('bytes'))
    return bytesText(value) + (isRate(words) && isSecond(words.at(-1)) ? '/s' : '')
  if (words.includes('usd') || split(outer)[0] === 'usd')
    return value === 0 ? '$0' : dollarText(value)
  if (isShare.test(words.at(-1) ?? '') && value >= 0 && value <= 1) return percentText(value)
  return Number.isInteger(value) ? countText(value) : String(Number(value.toPrecision(3)))
}
