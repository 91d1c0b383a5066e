import type { HeatStrip, Slot } from '../../src/reconcile/figures.js'
import { heatsOf } from '../../src/ui/heat-strip.js'
import { countText, percentText } from '../../src/ui/numbers.js'
import { momentText } from '../../src/ui/times.js'
import { brief, type Html, html } from './html.js'
import { type Cell, dataTable } from './table.js'

const HEIGHT = 16
const MOST_ROWS = 2_000

/** How much of what was sent was lost or late, over time, in the size of a word: bars that are
 * higher, and darker, where it is more. */
export function heatCell(strip: HeatStrip, slots: readonly Slot[], timeZone: string): Cell {
  const heats = heatsOf(strip, slots)
  const bars = heats.map((heat, i) => {
    if (heat === null) return null
    const height = heat.level === 0 ? 1 : heat.level * 4
    const name = heat.level === 0 ? 'well' : `bad-${heat.level}`
    const y = HEIGHT - height
    return html`<rect class="${name}" x="${i}" y="${y}" width="1" height="${height}"/>`
  })
  const worst = worstOf(slots)
  const label = worst
    ? `worst at ${startText(worst.startUs, timeZone)}: ${shareText(worst)}`
    : 'nothing was lost or late'
  return {
    text: label,
    drawn: html`<svg class="heat" role="img" aria-label="${label}"
 viewBox="0 0 ${heats.length} ${HEIGHT}" preserveAspectRatio="none"
 width="144" height="16">${bars}</svg>`,
    value: worst ? worst.bad / worst.sent : 0,
  }
}

/** The same to read: every step in which something was lost or late. */
export function heatTable({ rows }: HeatStrip, timeZone: string): Html {
  const bad = rows.flatMap(({ type, source, slots }) =>
    slots.flatMap((slot) => (slot.bad > 0 ? [{ type, source, slot }] : [])),
  )
  if (bad.length === 0) return html`<p>Nothing was lost or late at any time.</p>`
  bad.sort((a, b) => a.slot.startUs - b.slot.startUs)
  return dataTable({
    caption: 'When events were lost or late',
    columns: [
      ...['from', 'type', 'source'].map((title) => ({ title })),
      ...['sent', 'lost', 'lost or late', 'share'].map((title) => ({ title, isNumber: true })),
    ],
    rows: bad.slice(0, MOST_ROWS).map(({ type, source, slot }): Cell[] => [
      { text: startText(slot.startUs, timeZone) },
      { text: brief(type, 120) },
      { text: brief(source, 120) },
      ...[slot.sent, slot.lost, slot.bad].map((n) => ({ text: countText(n), value: n })),
      {
        text: percentText(slot.bad / Math.max(1, slot.sent)),
        value: slot.bad / Math.max(1, slot.sent),
      },
    ]),
  })
}

function worstOf(slots: readonly Slot[]): Slot | null {
  const bad = slots.filter((slot) => slot.bad > 0 && slot.sent > 0)
  return bad.reduce<Slot | null>(
    (worst, slot) => (worst && worst.bad / worst.sent >= slot.bad / slot.sent ? worst : slot),
    null,
  )
}

function startText(startUs: number, timeZone: string): string {
  return momentText(new Date(startUs / 1_000).toISOString(), timeZone, 8)
}

function shareText({ sent, bad }: Slot): string {
  return `${countText(bad)} of ${countText(sent)} lost or late`
}
