import { type Html, html } from './html.js'

/** A place on an axis, from 0 (left, below) to 1. */
export interface Tick {
  readonly at: number
  readonly text: string
  /** Left out where there is little room. */
  readonly spare?: boolean
}

/** What is said of a stretch of the horizontal axis when the pointer is over it. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly text: string
}

export interface Plot {
  readonly id: string
  readonly title: string
  /** What the axes mean, in a sentence; for those who do not see the plot, what it shows. */
  readonly caption: string
  readonly label: string
  readonly across: readonly Tick[]
  readonly up: readonly Tick[]
  /** Drawn in a box of 1000 by 1000 that is stretched to the plot, the origin at the top. */
  readonly shapes: Html
  /** Drawn over it, in percent of the plot. */
  readonly marks: Html | null
  readonly stretches: readonly Stretch[]
  /** Which line is which. */
  readonly key?: Html
  /** The same figures for reading. */
  readonly table: Html
}

/** The box that {@link Plot.shapes} are drawn in. */
export const BOX = 1_000

/**
 * A plot as SVG, with the same as a table below. It is as wide as there is room, while its text and
 * lines keep their size: places are in percent, and the stretched box strokes without scaling.
 */
export function plotFigure(plot: Plot): Html {
  const { id, title, caption, label, across, up, shapes, marks, stretches, table } = plot
  return html`<figure class="plot" id="${id}">
<figcaption><h3>${title}</h3><p>${caption}</p></figcaption>
<svg class="axes" role="img" aria-label="${label}" width="100%" height="100%">
<g class="grid">${up.map(upTick)}${across.map(acrossTick)}</g>
<svg viewBox="0 0 ${BOX} ${BOX}" preserveAspectRatio="none" width="100%" height="100%">
${shapes}
</svg>
${marks}
<g class="stretches">${stretches.map(stretchBox)}</g>
</svg>
${plot.key ?? null}
<p class="readout" aria-hidden="true">${stretches.length > 0 ? '\u00a0' : null}</p>
<details><summary>as a table</summary>${table}</details>
</figure>`
}

/** In place of a plot that there are no figures for. */
export function emptyFigure({ id, title, caption }: Pick<Plot, 'id' | 'title' | 'caption'>): Html {
  return html`<figure class="plot empty" id="${id}">
<figcaption><h3>${title}</h3></figcaption>
<p>${caption}</p>
</figure>`
}

/** A share of the plot as the percent that SVG takes. */
export const percent = (share: number) => `${Number((share * 100).toFixed(3))}%`

function upTick({ at, text, spare }: Tick): Html {
  const y = percent(1 - at)
  return html`<line x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="${
    spare ? 'up spare' : 'up'
  }" x="0" y="${y}" dx="-8" dy="4">${text}</text>`
}

function acrossTick({ at, text, spare }: Tick): Html {
  const x = percent(at)
  return html`<line class="stroke" x1="${x}" x2="${x}" y1="100%" y2="100%"/><text class="${
    spare ? 'across spare' : 'across'
  }" x="${x}" y="100%" dy="20">${text}</text>`
}

function stretchBox({ from, to, text }: Stretch): Html {
  const [x, width] = [percent(from), percent(Math.max(0, to - from))]
  return html`<rect x="${x}" width="${width}" y="0" height="100%" data-text="${text}"/>`
}
