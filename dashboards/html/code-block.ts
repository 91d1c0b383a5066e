import { countText } from '../../src/ui/numbers.js'
import { type Html, html } from './html.js'

const MOST_CHARACTERS = 20_000

/** JSON on several lines, as long as it may be; of more the beginning. */
export function codeBlock(text: string): Html {
  const shown = text.slice(0, MOST_CHARACTERS)
  const hidden = text.length - shown.length
  const more = `… ${countText(hidden)} more characters: --output json has all`
  return html`<pre><code>${shown.split('\n').map((line) => html`${line}\n`)}</code></pre>${
    hidden > 0 ? html`<p class="more">${more}</p>` : null
  }`
}
