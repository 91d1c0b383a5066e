import type { Content } from './contents.js'
import { LEAST_PASSES } from './passing-event.js'
import { isOfClock, type Steady, steadiness } from './steady.js'

/** What counts attempts makes a few of them, as it should. */
const MOST_ATTEMPTS = 16
/** Of what has the same cycle the cycles differ by less than this part. */
const SAME_CYCLE = 0.1
/** So many threads that end after the same few passes do so since somebody bounded them. */
const BOUNDED_THREADS = 3
/** A single node that comes round is passed by more than this part of what its thread has. */
const MAIN_PART = 1 / 3
/** Messages go from each step to the next about as fast; who waits for so much of a turn sleeps. */
const SLEEP_PART = 0.75
/** Of two steps one takes longer than half of the turn in any case. */
const REST_PART = 0.55
/** What goes on from each of several at once comes so many times as often in each turn. */
const GROWTH = 1.5

/** One content of one thread that passes a node again and again. */
interface Trail {
  readonly node: string
  readonly thread: string
  /** In order of time. */
  readonly contents: readonly Content[]
  /** When it passed, each time once. */
  readonly timesUs: readonly number[]
  readonly steady: Steady | undefined
  /** Whether the producer counts how deep it is, and that grows. */
  readonly isDeep: boolean
  /** Whether there are more of it each time that it passes. */
  readonly isGrowing: boolean
}

/** Trails of one thread that go the same way round: each node is in it once. */
export interface Round {
  readonly trails: readonly Trail[]
  /** Whether a node is passed several times in a turn. */
  readonly isNested: boolean
}

/**
 * What comes round, out of contents that pass their nodes again: with a steady period or with a
 * depth that grows. What a clock begins, what fans out, and what is bounded is left out.
 *
 * @param contents in order of time
 */
export function roundsOf(contents: readonly Content[], leastTurns: number): Round[] {
  const least = Math.max(leastTurns, LEAST_PASSES)
  const trails = unbounded(trailsOf(contents, least), 2 * least)
  return [...grouped(trails, ({ thread }) => thread).values()].flatMap((ofThread) => {
    const rounds = byCycle(ofThread).filter((round) => !isAside(round) && !isByClock(round))
    rounds.sort((a, b) => b.trails.length - a.trails.length || passes(b) - passes(a))
    return rounds.filter((round, n) => {
      return round.trails.length > 1 || !rounds.slice(0, n).some((other) => isWithin(round, other))
    })
  })
}

function trailsOf(contents: readonly Content[], least: number): Trail[] {
  const told = contents.filter(({ thread }) => thread !== '')
  const groups = grouped(told, ({ node, thread, text }) => JSON.stringify([node, thread, text]))
  return [...groups.values()].flatMap((some) => {
    const [{ node, thread } = none] = some
    const timesUs = [...new Set(some.map(({ event }) => event.atUs ?? 0))]
    const isDeep = isDeeper(some, least)
    const steady = steadiness(timesUs)
    const enough = some.some(({ isRetry }) => isRetry) ? Math.max(least, MOST_ATTEMPTS) : least
    if (!isDeep && (!steady || timesUs.length < enough)) return []
    return [{ node, thread, contents: some, timesUs, steady, isDeep, isGrowing: isGrowing(some) }]
  })
}

const none = { node: '', thread: '' }

/** Whether a depth is known of all and grows in so many steps. */
function isDeeper(contents: readonly Content[], least: number): boolean {
  const depths = contents.flatMap(({ depth }) => depth ?? [])
  if (depths.length < contents.length || new Set(depths).size < least) return false
  const back = depths.filter((depth, n) => n > 0 && depth < (depths[n - 1] ?? 0))
  return back.length <= 0.1 * depths.length
}

/** Whether those that pass at one moment are many times as many each time, as no clock has it. */
function isGrowing(contents: readonly Content[]): boolean {
  const counts = [...grouped(contents, ({ event }) => `${event.atUs}`).values()].map(
    (some) => some.length,
  )
  const isNeverLess = counts.every((count, n) => count >= (counts[n - 1] ?? 0))
  const growth = (counts.at(-1) ?? 0) / (counts[0] ?? 1)
  return isNeverLess && counts.length > 1 && growth >= GROWTH ** (counts.length - 1)
}

/** Without nodes that several threads pass the same few times, and none more often. */
function unbounded(trails: readonly Trail[], few: number): Trail[] {
  const nodes = grouped(trails, ({ node }) => node)
  return [...nodes.values()].flatMap((some) => {
    const most = some.reduce((max, { timesUs }) => Math.max(max, timesUs.length), 0)
    const ended = some.filter(({ timesUs }) => timesUs.length === most)
    const isBounded = most < few && ended.length >= BOUNDED_THREADS
    return isBounded ? some.filter(({ isDeep }) => isDeep) : some
  })
}

function byCycle(trails: readonly Trail[]): Round[] {
  const cycleOf = ({ steady }: Trail) => steady?.cycleUs ?? 0
  const sorted = [...trails].sort((a, b) => cycleOf(a) - cycleOf(b))
  const groups: Trail[][] = []
  for (const trail of sorted) {
    const last = groups.at(-1)
    const from = last?.[0] ? cycleOf(last[0]) : -1
    if (last && cycleOf(trail) <= from * (1 + SAME_CYCLE)) last.push(trail)
    else groups.push([trail])
  }
  return groups.map((group) => {
    const nodes = [...grouped(group, ({ node }) => node).values()]
    const each = nodes.map((some) =>
      some.reduce((a, b) => (b.contents.length > a.contents.length ? b : a)),
    )
    return { trails: each, isNested: each.some(({ steady }) => (steady?.times ?? 1) > 1) }
  })
}

/** Whether it may be what is done beside something else, such as a log of it. */
function isAside({ trails: [first, ...others] }: Round): boolean {
  if (!first || others.length > 0 || first.isDeep) return false
  const events = first.contents[0]?.event.threadEvents ?? 0
  return first.contents.length <= MAIN_PART * events
}

/**
 * A single node, and steps after which somebody waits until they begin again. What is about the
 * same thing and says the same in a steady period is a heartbeat, a reading, a status that was
 * polled: nothing tells a loop of one node from it but a depth, or that it grows. A clock waits
 * more than half of the time; what sleeps when its work is done is late by what adds up, and sleeps
 * for three quarters.
 */
function isByClock({ trails, isNested }: Round): boolean {
  if (trails.some(({ isDeep, isGrowing }) => isDeep || isGrowing)) return false
  const [first] = trails
  if (trails.length === 1) return true
  if (isNested || !first?.steady) return false
  const { cycleUs } = first.steady
  const { head, restUs } = longestRest(trails)
  if (restUs > SLEEP_PART * cycleUs) return true
  return restUs > REST_PART * cycleUs && isOfClock(head?.timesUs ?? [], cycleUs)
}

/** Between the two steps of a turn that are the furthest apart, in the first turn that was seen,
 * and what comes after it. */
function longestRest(trails: readonly Trail[]): { head: Trail | undefined; restUs: number } {
  const steps = trails.flatMap((trail) =>
    trail.timesUs.slice(0, LEAST_PASSES).map((us) => ({ trail, us })),
  )
  const turn = steps.sort((a, b) => a.us - b.us).slice(0, trails.length + 1)
  let [head, restUs]: [Trail | undefined, number] = [undefined, 0]
  for (const [n, { trail, us }] of turn.entries()) {
    const waitedUs = us - (turn[n - 1]?.us ?? us)
    if (waitedUs > restUs) [head, restUs] = [trail, waitedUs]
  }
  return { head, restUs }
}

function passes({ trails }: Round): number {
  return trails.reduce((sum, { timesUs }) => sum + timesUs.length, 0)
}

/** Whether what passes one node does so while the other goes round: it is an effect of that. */
function isWithin(one: Round, other: Round): boolean {
  const [a, b] = [spanOf(one), spanOf(other)]
  const slackUs = other.trails[0]?.steady?.cycleUs ?? 0
  return a.from >= b.from - slackUs && a.to <= b.to + slackUs
}

function spanOf({ trails }: Round): { from: number; to: number } {
  const times = trails.flatMap(({ timesUs }) => [timesUs[0] ?? 0, timesUs.at(-1) ?? 0])
  return { from: Math.min(...times), to: Math.max(...times) }
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return groups
}
