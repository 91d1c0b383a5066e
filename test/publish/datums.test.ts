import { expect, test } from 'vitest'
import { chosenTypes } from '../../src/publish/own-types.js'

test('types whose names CloudWatch does not take have no metrics of their own', () => {
  const type = (name: string, source = 'shop') => ({ type: name, source })
  const taken = [type('order.paid'), type('paid', ''), type('a b'), type('x'.repeat(1_024))]
  const refused = [
    ...[type(''), type(' '), type('   '), type('paid', ' '), type(':paid'), type('bezählt')],
    ...[type('a\tb'), type('x'.repeat(1_025)), type('paid', 'läden')],
  ]
  const types = refused.flatMap((each, n) => [each, ...taken.slice(n, n + 1)])
  expect(chosenTypes(types, 20)).toEqual({ own: taken, others: refused.length })
})
