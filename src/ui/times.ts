import type { StatsResult } from '../stats/result.js'

/** A moment as people in a time zone read it: `2026-11-01` and `14:02:07.113`. */
export interface Clock {
  readonly date: string
  readonly time: string
}

/** Null for what is no moment that a calendar knows. */
export function clockAt(ms: number, timeZone: string): Clock | null {
  const moment = new Date(ms)
  if (Number.isNaN(moment.getTime())) return null
  const shifted = timeZone === 'UTC' ? moment : new Date(ms + offsetMs(ms, timeZone))
  if (Number.isNaN(shifted.getTime())) return null
  const [date = '', time = ''] = shifted.toISOString().split('T')
  return { date, time: time.slice(0, -1) }
}

const formats = new Map<string, Intl.DateTimeFormat>()

function offsetMs(ms: number, timeZone: string): number {
  const format =
    formats.get(timeZone) ?? new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  formats.set(timeZone, format)
  const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(name) ?? []
  const size = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000
  return sign === '-' ? -size : size
}

/**
 * From when to when: `2026-11-01 00:00 → 23:59`, the date once where one is enough, seconds where
 * minutes would say too little.
 */
export function rangeText(fromMs: number, toMs: number, timeZone: string): string {
  const [from, to] = [clockAt(fromMs, timeZone), clockAt(toMs, timeZone)]
  if (!from || !to) return ''
  const length = timeLength(toMs - fromMs)
  const start = `${from.date} ${from.time.slice(0, length)}`
  if (from.date === to.date && from.time.slice(0, length) === to.time.slice(0, length)) return start
  const date = from.date === to.date ? '' : `${to.date} `
  return `${start} → ${date}${to.time.slice(0, length)}`
}

/** How much of `14:02:07.113` a range of that length needs. */
export function timeLength(rangeMs: number): number {
  if (rangeMs < 1_000) return 12
  return rangeMs < 300_000 ? 8 : 5
}

/** The milliseconds of an ISO 8601 text of ours, or null. */
export function parsedMs(iso: string | null | undefined): number | null {
  const ms = iso ? Date.parse(iso) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}

/** A moment as text, or the text itself where it is none. */
export function momentText(iso: string, timeZone: string, length = 12): string {
  const clock = clockAt(parsedMs(iso) ?? Number.NaN, timeZone)
  return clock ? `${clock.date} ${clock.time.slice(0, length)}` : iso
}

/** The ends of a span: by arrival where it is known, else by the producers' clocks. */
export function spanMs({ span }: Pick<StatsResult, 'span'>) {
  return {
    firstMs: parsedMs(span.firstReceivedAt ?? span.firstTime),
    lastMs: parsedMs(span.lastReceivedAt ?? span.lastTime),
  }
}
