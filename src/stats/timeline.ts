import type { Deliveries } from './deliveries.js'

/** Events per slot of UTC, the empty ones included. */
export interface Timeline {
  startUs: number
  stepUs: number
  counts: number[]
}

const MAX_SLOTS = 240
const stepsUs = [1, 10, 60, 600, 3_600, 21_600, 86_400, 604_800].map((seconds) => seconds * 1e6)

export function timelineOf({ count, receivedUs, timesUs }: Deliveries): Timeline | null {
  const arrivalUs = (at: number) => {
    const us = receivedUs[at] as number
    return Number.isNaN(us) ? (timesUs[at] as number) : us
  }
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (let at = 0; at < count; at++) {
    const us = arrivalUs(at)
    if (us < first) first = us
    if (us > last) last = us
  }
  if (first > last) return null
  const stepUs = stepFor(last - first)
  const startUs = Math.floor(first / stepUs) * stepUs
  const counts = new Array<number>(Math.floor((last - startUs) / stepUs) + 1).fill(0)
  for (let at = 0; at < count; at++) {
    const slot = Math.floor((arrivalUs(at) - startUs) / stepUs)
    if (slot >= 0) counts[slot] = (counts[slot] ?? 0) + 1
  }
  return { startUs, stepUs, counts }
}

/** The length of a slot, so that a span of this length has no more than 240. */
export function stepFor(spanUs: number): number {
  const weekUs = stepsUs.at(-1) ?? 1
  const many = Math.ceil(spanUs / MAX_SLOTS / weekUs) * weekUs
  return stepsUs.find((stepUs) => spanUs / stepUs < MAX_SLOTS) ?? many
}
