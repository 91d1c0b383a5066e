import type { JsonValue } from '../event/event.js'
import { parseTime } from '../event/time.js'
import { shareOf } from './guess.js'
import { lastName, names, rankIn } from './names.js'
import type { Column, Survey } from './survey.js'

/** A column of times. */
export interface Clock {
  readonly column: Column
  /** By number of the event. */
  readonly us: ReadonlyMap<number, number>
  /** Its name says so; 0 is the name that says it best, -1 is none. */
  readonly timeRank: number
  readonly arrivalRank: number
}

const FIRST_US = Date.UTC(2000, 0, 1) * 1e3
const LAST_US = Date.UTC(2100, 0, 1) * 1e3
const LEAST_TIMES = 0.99
const timeName = /(time|date|timestamp|stamp|at|on|ts|ms)$/

/** Columns whose values are times of this century, nearly all of them. Digits alone are times only
 * where the name says so: ids may look alike. */
export function clocksOf({ columns }: Survey): Clock[] {
  return columns.flatMap((column) => {
    const isNamed = timeName.test(lastName(column))
    const us = new Map<number, number>()
    for (const [at, value] of column.values) {
      const time = isNamed || !isDigits(value) ? plausible(value) : undefined
      if (time !== undefined) us.set(at, time)
    }
    if (us.size === 0 || us.size < LEAST_TIMES * column.values.size) return []
    const timeRank = rankIn(names.time, column)
    return [{ column, us, timeRank, arrivalRank: rankIn(names.receivedAt, column) }]
  })
}

/** The times that the wrappings give. */
export function givenTimes(survey: Survey, field: 'time' | 'receivedAt'): Map<number, number> {
  const us = new Map<number, number>()
  for (const [at, { given }] of survey.events.entries()) {
    const time = plausible(given.get(field))
    if (time !== undefined) us.set(at, time)
  }
  return us
}

function isDigits(value: JsonValue): boolean {
  return typeof value !== 'string' || /^[\d.]+$/.test(value)
}

function plausible(value: JsonValue | undefined): number | undefined {
  const time = parseTime(value)
  if (!time || !('timeUs' in time)) return undefined
  return time.timeUs >= FIRST_US && time.timeUs < LAST_US ? time.timeUs : undefined
}

/** How one clock stands to another, over the events that have both. */
export interface Lag {
  readonly both: number
  /** Share of them where `later` is not before `earlier`. */
  readonly notBefore: number
  readonly medianUs: number
}

export function lagOf(
  earlier: ReadonlyMap<number, number>,
  later: ReadonlyMap<number, number>,
): Lag {
  const lags: number[] = []
  for (const [at, us] of later) {
    const before = earlier.get(at)
    if (before !== undefined) lags.push(us - before)
  }
  lags.sort((a, b) => a - b)
  const notBefore = shareOf(lags.filter((lag) => lag >= 0).length, lags.length)
  return { both: lags.length, notBefore, medianUs: lags[Math.floor(lags.length / 2)] ?? 0 }
}

/** Share of the neighbours in the archive where the later record has no earlier time. */
export function ascending({ events }: Survey, us: ReadonlyMap<number, number>) {
  let steps = 0
  let up = 0
  for (let at = 1; at < events.length; at++) {
    const [before, now] = [us.get(at - 1), us.get(at)]
    if (before === undefined || now === undefined) continue
    if (events[at]?.run !== events[at - 1]?.run) continue
    steps += 1
    if (now >= before) up += 1
  }
  return { steps, share: shareOf(up, steps) }
}
