import type { HeatStrip, Slot } from '../reconcile/figures.js'

/** How bad a step was: the share of what was sent that was lost or late. */
export interface Heat {
  readonly level: 0 | 1 | 2 | 3 | 4
  /** Something was lost, and not only late. */
  readonly isLost: boolean
}

/** From which share on a level begins. */
const levels = [
  { level: 4, from: 0.5 },
  { level: 3, from: 0.1 },
  { level: 2, from: 0.01 },
  { level: 1, from: 0 },
] as const

function heatOf({ sent, bad, lost }: Slot): Heat {
  const share = sent === 0 ? 0 : bad / sent
  const level = share === 0 ? 0 : (levels.find(({ from }) => share >= from)?.level ?? 1)
  return { level, isLost: lost > 0 }
}

/** The steps of a row, null where nothing was sent. */
export function heatsOf({ startUs, stepUs, steps }: HeatStrip, slots: readonly Slot[]) {
  const row = Array.from({ length: steps }, (): Heat | null => null)
  for (const slot of slots) {
    if (slot.sent > 0) row[Math.round((slot.startUs - startUs) / stepUs)] = heatOf(slot)
  }
  return row
}

/** One sign a step, told apart without colour: nothing sent, all well, and four levels. */
export const heatSigns = ['·', '▂', '▃', '▆', '█'] as const
