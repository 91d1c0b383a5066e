import { expect, test } from 'vitest'
import { suggest } from '../../src/event/suggest.js'

test.each([
  ['sequense', 'sequence'],
  ['kye', 'key'],
  ['xyz', undefined],
])('%s means %s', (word, meant) => {
  expect(suggest(word, ['type', 'key', 'sequence', 'source'])).toBe(meant)
})

test('nothing is near where there is nothing', () => {
  expect(suggest('x', [])).toBeUndefined()
})
