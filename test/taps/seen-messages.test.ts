import { expect, test } from 'vitest'
import { SeenMessages } from '../../src/taps/seen-messages.js'

test('the latest ids are kept, and one that is looked up is among them', () => {
  const seen = new SeenMessages(2)
  seen.add('a')
  seen.add('b')
  expect(seen.has('a')).toBe(true)
  seen.add('c')
  expect(['a', 'b', 'c'].map((id) => seen.has(id))).toEqual([true, false, true])
  seen.delete('a')
  expect(seen.has('a')).toBe(false)
})
