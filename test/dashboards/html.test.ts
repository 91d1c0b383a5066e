import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { brief, html, markup } from '../../dashboards/html/html.js'
import { safeText } from '../../src/ui/safe-text.js'
import { hostileNames } from './pages.js'

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#96;': '`',
  '&amp;': '&',
}
const read = (text: string) => text.replace(/&[#\w]+;/g, (entity) => entities[entity] ?? '?')

describe('a text in markup', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('<', '>', '&', '"', "'", '`', '\u202e', '\n', 'a', '\ud800'),
    }),
    fc.constantFrom(...hostileNames),
  )

  test('ends nothing that it stands in, and is read as it was', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const written = html`${text}`.text
        expect(written).not.toMatch(/[<>"'`]|[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
        expect(read(written)).toBe(safeText(text))
      }),
    )
  })

  test('is short where it has to be, however it is made', () => {
    for (const name of hostileNames) expect(brief(name, 40).length).toBeLessThan(400)
  })
})

test('markup in markup stays, lists are their parts, and null is nothing', () => {
  const items = ['<a>', 'b'].map((text) => html`<li>${text}</li>`)
  expect(html`<ul>${items}</ul>${null}${3}${markup('<br>')}`.text).toBe(
    '<ul><li>&lt;a&gt;</li><li>b</li></ul>3<br>',
  )
})
