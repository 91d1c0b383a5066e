import { countText, durationText, shareText } from '../stats/findings/phrases.js'
import type { Unit } from './metrics.js'

/** A figure with its unit, as in `225 ms`, `0.3%` or `1,204`. */
export function figureText(value: number, unit: Unit): string {
  if (unit === 'ms') return durationText(value)
  return unit === 'share' ? shareText(value) : countText(Number(value.toPrecision(12)))
}

/** A change with its sign: `+24%`, `−3.1%`, `0%`. */
export function changeText(share: number): string {
  const percent = Number(Math.abs(share * 100).toPrecision(3))
  const text = `${percent.toLocaleString('en-US', { maximumSignificantDigits: 3 })}%`
  return share === 0 ? text : `${share > 0 ? '+' : '−'}${text}`
}

/** `99% confidence`. */
export function confidenceText(confidence: number): string {
  return `${Number((confidence * 100).toPrecision(4))}% confidence`
}
