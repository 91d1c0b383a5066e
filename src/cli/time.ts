import { EvtError } from '../errors.js'

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
type Unit = keyof typeof unitMs

/** Half-open, in microseconds since the epoch. */
export interface TimeRange {
  readonly sinceUs: number | null
  readonly untilUs: number | null
}

/** `30s`, `1.5h`, `7d` in milliseconds; undefined for anything else. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text.trim())
  return match ? Number(match[1]) * unitMs[match[2] as Unit] : undefined
}

/** A time in microseconds: a duration counts back from `nowMs`; without an offset it is UTC. */
export function parseTime(text: string, nowMs: number): number {
  const ago = parseDurationMs(text)
  const us = ago === undefined ? isoUs(text.trim()) : Math.round((nowMs - ago) * 1_000)
  if (us !== undefined && Number.isSafeInteger(us)) return us
  throw new EvtError(`${JSON.stringify(text)} is not a time`, {
    code: 'usage',
    hint: 'write 15m, 24h or 7d for that long ago, or 2026-11-01 or 2026-11-01T14:00:00Z',
  })
}

/** Reads --since and --until; a range that holds nothing is wrong use. */
export function timeRange(
  flags: { readonly since?: string | undefined; readonly until?: string | undefined },
  nowMs: number,
): TimeRange {
  const sinceUs = flags.since === undefined ? null : parseTime(flags.since, nowMs)
  const untilUs = flags.until === undefined ? null : parseTime(flags.until, nowMs)
  if (sinceUs !== null && untilUs !== null && sinceUs >= untilUs) {
    throw new EvtError(`--since ${flags.since} is not before --until ${flags.until}`, {
      code: 'usage',
      hint: 'the range runs from --since up to, but without, --until',
    })
  }
  return { sinceUs, untilUs }
}

const isoPattern =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)?(Z|[+-]\d\d:?\d\d)?)?$/i

function isoUs(text: string): number | undefined {
  const match = isoPattern.exec(text)
  if (!match) return undefined
  const [, date = '', clock = '00:00', seconds = '00', fraction = '', zone = 'Z'] = match
  // JavaScript turns 30 February into 2 March; a person meant something else.
  const day = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date) return undefined
  const offset = zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2').toUpperCase()
  const ms = Date.parse(`${date}T${clock}:${seconds}${offset}`)
  return ms * 1_000 + Number(fraction.padEnd(6, '0'))
}

/** SOURCE_DATE_EPOCH stands for now where a result has to be the same again. */
export function nowOf(env: Readonly<Record<string, string | undefined>>): number {
  const seconds = env['SOURCE_DATE_EPOCH']
  return seconds !== undefined && /^\d+$/.test(seconds) ? Number(seconds) * 1_000 : Date.now()
}
