import { EvtError } from '../errors.js'
import { parseTime } from '../event/time.js'

/* What flags of `evt generate` hold, read from text. Each throws EvtError `usage`; the flag's name
 * is put before the message where it is printed. */

const unitUs = { us: 1, ms: 1e3, s: 1e6, m: 6e7, h: 3.6e9 } as const

/** `0.3%` or `0.003`, from 0 to 1. */
export function parseShare(text: string): number {
  const [, number, percent] = /^(-?\d*\.?\d+(?:e-?\d+)?)\s*(%?)$/i.exec(text.trim()) ?? []
  if (number === undefined) refuse(`${quoted(text)} is no share`, 'write 0.3% or 0.003')
  const share = Number(number) / (percent ? 100 : 1)
  if (share >= 0 && share <= 1) return share
  refuse(`${text} is not between 0% and 100%`, 'write 0.3% or 0.003')
}

/** A whole number; `10k` and `2M` are understood. */
export function parseCount(text: string, least: number, most: number): number {
  const [, number, unit = ''] = /^(-?\d+(?:\.\d+)?)([kM]?)$/.exec(text.trim()) ?? []
  const count = Number(number) * (unit === 'k' ? 1e3 : unit === 'M' ? 1e6 : 1)
  if (Number.isInteger(count) && count >= least && count <= most) return count
  const range = `${least.toLocaleString('en')} to ${most.toLocaleString('en')}`
  refuse(`${quoted(text)} is not a whole number from ${range}`, 'write 500, 10k or 2M')
}

/** Events a second: `200`, `200/s`, `1.5k/s`. */
export function parseRate(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([kM]?)(?:\/s)?$/.exec(text.trim()) ?? []
  const rate = Number(number) * (unit === 'k' ? 1e3 : unit === 'M' ? 1e6 : 1)
  if (rate >= 0.001 && rate <= 1e6) return rate
  refuse(`${quoted(text)} is no rate from 0.001/s to 1M/s`, 'write 100/s')
}

/** `20ms,180ms`: the median and the 99th percentile, which is nine times the median if unsaid. */
export function parseLatency(text: string): { medianUs: number; p99Us: number } {
  const [median = '', p99, ...more] = text.split(',')
  const medianUs = durationUs(median)
  const p99Us = p99 === undefined ? (medianUs ?? 0) * 9 : durationUs(p99)
  if (medianUs && p99Us && more.length === 0) return { medianUs, p99Us }
  refuse(
    `${quoted(text)} is no latency`,
    'write the median and the 99th percentile: --latency 20ms,180ms',
  )
}

/** The first event's time, in microseconds. */
export function parseStart(text: string): number {
  const reading = parseTime(text)
  if (reading && 'timeUs' in reading) return reading.timeUs
  refuse(`${quoted(text)} is not a time`, 'write 2026-11-01 or 2026-11-01T14:00:00Z')
}

/** From a millisecond to an hour; undefined for anything else. */
function durationUs(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(us|ms|s|m|h)$/.exec(text.trim()) ?? []
  if (number === undefined) return undefined
  const us = Math.round(Number(number) * unitUs[unit as keyof typeof unitUs]) // the pattern's units
  return us >= 1e3 && us <= unitUs.h ? us : undefined
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function refuse(message: string, hint: string): never {
  throw new EvtError(message, { code: 'usage', hint })
}
