import type { Tick } from './plot.js'

/** What a letter below an axis takes, and how wide a plot is at least, in a window and on a
 * telephone; in pixels. */
const [LETTER, WINDOW, TELEPHONE] = [7.2, 340, 230]

interface Placed {
  readonly at: number
  readonly text: string
}

/** 50%, 90%, 99%, … up to a rarity, which is 1/(1−p): the last, and before it those that have room
 * for what they say. */
export function percentTicks(most: number, across: (rarity: number) => number): Tick[] {
  const ticks = [{ at: across(2), text: '50%' }]
  for (let nines = 1; 10 ** nines <= most; nines += 1) {
    const share = nines < 2 ? '90' : `99${nines > 2 ? `.${'9'.repeat(nines - 2)}` : ''}`
    ticks.push({ at: across(10 ** nines), text: `${share}%` })
  }
  const always = new Set(apart(ticks, TELEPHONE))
  return apart(ticks, WINDOW).map((tick) => ({ ...tick, spare: !always.has(tick) }))
}

/** Those that do not touch where the axis is so wide, chosen from its end. */
function apart(ticks: readonly Placed[], width: number): Placed[] {
  const kept: Placed[] = []
  for (const tick of ticks.toReversed()) {
    const [after] = kept
    const room = after ? (after.at - tick.at) * width : Number.POSITIVE_INFINITY
    const needed = ((tick.text.length + (after?.text.length ?? 0)) / 2 + 1) * LETTER
    if (room >= needed) kept.unshift(tick)
  }
  return kept
}
