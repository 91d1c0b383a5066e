import { safeText } from '../../src/ui/safe-text.js'
import { shortened } from '../../src/ui/width.js'

/** Markup that may stand in a page as it is. Only {@link html} and {@link markup} make it. */
export class Html {
  constructor(readonly text: string) {}
}

export type HtmlValue = string | number | Html | null | readonly HtmlValue[]

/**
 * Markup with values in it. A text shows as itself, whatever it holds: between tags and in quoted
 * attributes it can neither end what it stands in nor turn the direction of what is around it.
 * Null is nothing, a list is its parts.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const rendered = parts.map((part, i) => (i === 0 ? part : written(values[i - 1]) + part))
  return new Html(rendered.join(''))
}

/** Text of our own that is markup already, such as a style sheet. Never for what events say. */
export function markup(text: string): Html {
  return new Html(text)
}

function written(value: HtmlValue | undefined): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? escaped(value) : value.map(written).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

function escaped(text: string): string {
  return safeText(text).replace(/[&<>"'`]/g, (sign) => entities[sign] ?? sign)
}

/** A text from an event in at most `width` columns; what is left out of the middle shows as `…`. */
export function brief(text: string, width: number): string {
  return shortened(safeText(text), width)
}
