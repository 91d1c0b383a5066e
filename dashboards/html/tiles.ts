import { NONE } from '../../src/ui/numbers.js'
import { type Html, html } from './html.js'

/** A figure of the headline. */
export interface Tile {
  readonly label: string
  /** Null where it cannot be claimed: `note` says why. */
  readonly value: string | null
  readonly note: string
  /** What the findings complain of. */
  readonly wrong?: boolean
}

export function tileList(tiles: readonly Tile[]): Html {
  return html`<dl class="tiles">${tiles.map(tile)}</dl>`
}

function tile({ label, value, note, wrong = false }: Tile): Html {
  const sign = wrong ? html`<span class="sign"> !</span>` : null
  return html`
<div class="${wrong ? 'tile wrong' : 'tile'}">
<dt>${label}</dt>
<dd class="value">${value ?? NONE}${sign}</dd>
<dd class="note">${note}</dd>
</div>`
}
