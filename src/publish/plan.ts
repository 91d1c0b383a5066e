import { EvtError } from '../errors.js'
import { callsOf, MOST_DATUMS } from './calls.js'
import { metricsOf, USD_PER_CALL, USD_PER_METRIC } from './datum.js'
import type { WindowDatums } from './datums.js'
import type { Journal } from './journal.js'
import type { Member } from './own-types.js'

/** `evt.metrics/1`: what is to be published, or was. */
export interface MetricsResult {
  schema: 'evt.metrics/1'
  namespace: string
  region: string | null
  /** Who was told in place of CloudWatch. */
  url?: string
  sources: string[]
  windowMs: number
  /** Live: how often it is told. */
  everyMs?: number
  partial: boolean
  windows: {
    /** To be published, or published. */
    published: number
    /** They were published before. */
    before: number
    /** Begun before, and nobody knows whether CloudWatch has them: not published again. */
    inDoubt: number
    /** Not over yet. */
    open: number
    /** Only a part of them lies between `--since` and `--until`. */
    cut: number
    /** Of a time that CloudWatch does not take. */
    refused: number
    /** Of those to be published, what CloudWatch shows only after hours. */
    slow: number
    first: string | null
    last: string | null
  }
  /** Events without a time, which are in no window. */
  untimed: number
  /** Records that could not be decoded. In an archive they have no time, and are in no window. */
  undecodable: number
  metrics: number
  datums: number
  calls: number
  /** Where metrics are by key or entity. */
  by?: Member
  /** Types without metrics of their own; keys or entities where metrics are by these. */
  otherTypes: number
  usd: { perMonth: number; calls: number }
}

interface PlanOptions {
  readonly allowLate: boolean
  readonly resend: boolean
  /** Of `--since` and `--until`. */
  readonly range: { readonly sinceUs: number | null; readonly untilUs: number | null }
  readonly nowMs: number
  /** Which takes not all times. */
  readonly isCloudWatch: boolean
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** PutMetricData takes what is not older, and not so far ahead. */
const OLDEST_MS = 14 * DAY_MS
const AHEAD_MS = 2 * HOUR_MS
/** What is older shows after two hours at least, says its documentation. */
const SLOW_MS = 3 * HOUR_MS

export interface ChosenWindows {
  readonly wanted: readonly WindowDatums[]
  readonly windows: MetricsResult['windows']
}

/** Which windows are published: those that are over, that CloudWatch takes, and once each.
 * @throws EvtError `usage` where it does not take some, unless they are left out on purpose */
export function chosenWindows(
  all: readonly WindowDatums[],
  journal: Pick<Journal, 'stateOf'>,
  { allowLate, resend, range, nowMs, isCloudWatch }: PlanOptions,
): ChosenWindows {
  const counts = { before: 0, inDoubt: 0, open: 0, cut: 0, refused: 0 }
  const sinceMs = (range.sinceUs ?? Number.NEGATIVE_INFINITY) / 1_000
  const untilMs = (range.untilUs ?? Number.POSITIVE_INFINITY) / 1_000
  const wanted = all.filter(({ startMs, endMs, isOpen }) => {
    const state = journal.stateOf(startMs)
    if (state === 'done') counts.before += 1
    else if (state === 'begun' && !resend) counts.inDoubt += 1
    // What --since cuts may be too old as well: it is left out either way.
    else if (startMs < sinceMs) counts.cut += 1
    else if (isCloudWatch && !isTaken(startMs, nowMs)) counts.refused += 1
    else if (endMs > nowMs || isOpen) counts.open += 1
    else if (endMs > untilMs) counts.cut += 1
    else return true
    return false
  })
  if (counts.refused > 0 && !allowLate) throw notTaken(counts.refused, all.length)
  const slow = isCloudWatch ? wanted.filter(({ startMs }) => startMs < nowMs - SLOW_MS).length : 0
  const text = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())
  const [first, last] = [text(wanted[0]?.startMs), text(wanted.at(-1)?.startMs)]
  return { wanted, windows: { published: wanted.length, ...counts, slow, first, last } }
}

/** Whether CloudWatch takes what is of this time. */
export function isTaken(startMs: number, nowMs: number): boolean {
  return startMs >= nowMs - OLDEST_MS && startMs <= nowMs + AHEAD_MS
}

function notTaken(refused: number, all: number): EvtError {
  return new EvtError(
    `${refused} of ${all} windows are of a time that CloudWatch does not take: it takes two ` +
      'weeks back and two hours ahead',
    { code: 'usage', hint: '--allow-late publishes the others; --since 13d reads no more' },
  )
}

/** What publishing these takes. */
export function costOf(
  windows: readonly WindowDatums[],
  { others, isCloudWatch }: { others: number; isCloudWatch: boolean },
): Pick<MetricsResult, 'metrics' | 'datums' | 'calls' | 'otherTypes' | 'usd'> {
  const datums = windows.flatMap((window) => window.datums)
  const metrics = metricsOf(datums)
  const calls = callsOf(windows).length
  const usd = isCloudWatch
    ? {
        perMonth: Math.round(metrics * USD_PER_METRIC * 100) / 100,
        calls: Math.round(calls * USD_PER_CALL * 1e5) / 1e5,
      }
    : { perMonth: 0, calls: 0 }
  return { metrics, datums: datums.length, calls, otherTypes: others, usd }
}

/** Metrics of all types together, without loops, and of one type; see {@link datumsOf}. */
const METRICS_LIVE = 11
const METRICS_OF_TYPE = 7
const MONTH_MS = 30 * DAY_MS

/** What telling of what comes takes, at most, where latencies need no more than one datum. */
export function costOfLive({
  mostTypes,
  everyMs,
  windowUs,
  loops,
  isCloudWatch,
}: {
  mostTypes: number
  everyMs: number
  windowUs: number
  loops: boolean
  isCloudWatch: boolean
}): ReturnType<typeof costOf> {
  const metrics = METRICS_LIVE + Number(loops) + mostTypes * METRICS_OF_TYPE
  const windowsAtOnce = Math.max(1, (everyMs * 1_000) / windowUs)
  const callsAtOnce = Math.ceil((windowsAtOnce * metrics) / MOST_DATUMS)
  const calls = Math.ceil(MONTH_MS / Math.max(everyMs, windowUs / 1_000)) * callsAtOnce
  const usd = isCloudWatch
    ? {
        perMonth: Math.round(metrics * USD_PER_METRIC * 100) / 100,
        calls: Math.round(calls * USD_PER_CALL * 100) / 100,
      }
    : { perMonth: 0, calls: 0 }
  return { metrics, datums: 0, calls, otherTypes: 0, usd }
}
