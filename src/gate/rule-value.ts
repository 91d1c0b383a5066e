import { parseDurationUs } from '../event/duration.js'
import type { Metric, Unit } from './metrics.js'
import type { Allowance } from './rule.js'
import type { Piece, RuleText } from './rule-text.js'

const NUMBER = /[+-]?[^\s]+/

const examples: Readonly<Record<Unit, string>> = {
  ms: '500ms, 1.5s or 10m',
  share: '0.1% or 0.001',
  count: '1000',
}

/** The limit of a rule, in the unit of its metric.
 * @throws EvtError `usage` for another unit, or none where one is needed */
export function limitOf(text: RuleText, metric: Metric): number {
  const piece = text.take(NUMBER)
  const { name, unit } = metric
  if (!piece) throw text.fault(`${name} is compared with nothing`, `write ${examples[unit]}`)
  if (/^[+-]/.test(piece.text)) {
    const advice = `write ${name} vs baseline for a difference`
    throw text.fault(`${piece.text} is a difference`, advice, piece.at)
  }
  const value = amountOf(piece.text, unit)
  if (value === undefined) throw badValue(text, piece, metric)
  return value
}

/** `+10%`, `+50ms`, `+10% or +5ms`.
 * @throws EvtError `usage` for what is no difference */
export function allowanceOf(text: RuleText, metric: Metric, sign: '+' | '-'): Allowance {
  const start = text.word()
  const first = differenceOf(text, metric)
  if (start.text[0] !== sign) {
    const what = sign === '+' ? 'an upper limit is above' : 'a lower limit is below'
    throw text.fault(`${what} the baseline`, `write ${sign}${start.text.slice(1)}`, start.at)
  }
  const or = text.take(/or\b/)
  if (!or) return first
  const at = text.position
  const second = differenceOf(text, metric)
  if ((first.share === null) === (second.share === null)) {
    throw text.fault('one of the two is a share of the baseline, the other is not', undefined, at)
  }
  return { share: first.share ?? second.share, absolute: first.absolute ?? second.absolute }
}

function differenceOf(text: RuleText, metric: Metric): Allowance {
  const piece = text.take(NUMBER)
  const other = metric.unit === 'share' ? '' : `, or +${metric.unit === 'ms' ? '50ms' : '100'}`
  const advice = `write a difference with its sign: +10%, -10%${other}`
  if (!piece) throw text.fault('how much may it differ from the baseline?', advice)
  const sign = { '+': 1, '-': -1 }[piece.text[0] ?? '']
  if (sign === undefined) throw text.fault(`${piece.text} has no sign`, advice, piece.at)
  const amount = piece.text.slice(1)
  const share = /%$/.test(amount) ? amountOf(amount, 'share') : undefined
  if (share !== undefined) return { share: sign * share, absolute: null }
  const absolute = metric.unit === 'share' ? undefined : amountOf(amount, metric.unit)
  if (absolute === undefined) throw text.fault(`${piece.text} is no difference`, advice, piece.at)
  return { share: null, absolute: sign * absolute }
}

/** Zero needs no unit. A number of a share above 1 is a percentage that was meant. */
function amountOf(text: string, unit: Unit): number | undefined {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? []
  const number = digits === undefined ? undefined : Number(digits)
  if (number === 0) return 0
  if (unit === 'count') return percent === '' && Number.isSafeInteger(number) ? number : undefined
  if (unit === 'ms') {
    const us = parseDurationUs(text.replace('µs', 'us'))
    return us === undefined ? undefined : us / 1_000
  }
  if (number === undefined) return undefined
  return percent === '%' ? number / 100 : number <= 1 ? number : undefined
}

function badValue(text: RuleText, piece: Piece, { name, unit }: Metric) {
  const bare = /^\d+(\.\d+)?$/.test(piece.text)
  if (bare && unit === 'ms') {
    return text.fault(`${piece.text} has no unit`, `did you mean ${piece.text}ms?`, piece.at)
  }
  if (bare && unit === 'share') {
    return text.fault(`${piece.text} is more than all`, `did you mean ${piece.text}%?`, piece.at)
  }
  const kind = { ms: 'a duration', share: 'a share', count: 'a whole number' }[unit]
  const what = `${name} is ${kind}, which ${piece.text} is not`
  return text.fault(what, `write ${examples[unit]}`, piece.at)
}
