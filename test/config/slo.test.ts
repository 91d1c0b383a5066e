import { expect, test } from 'vitest'
import { parseSlo } from '../../src/config/slo.js'

test.each([
  ['99.9% latency < 500ms over 28d', { kind: 'latency', limitMs: 500 }, null],
  ['99.99%  once over 1d', { kind: 'once' }, null],
  ['90% in order over 90d', { kind: 'inOrder' }, null],
  [
    'shop/eu/order.placed: 99% latency < 1.5s over 7d',
    { kind: 'latency', limitMs: 1_500 },
    { source: 'shop/eu', type: 'order.placed' },
  ],
  [
    'ping: 99% latency < 1s over 7d',
    { kind: 'latency', limitMs: 1_000 },
    { source: '', type: 'ping' },
  ],
  ['shop/a: 99% once over 7d', { kind: 'once' }, { source: 'shop', type: 'a' }],
  ['shop/a: 99% in order over 7d', { kind: 'inOrder' }, { source: 'shop', type: 'a' }],
])('%s', (text, good, type) => {
  expect(parseSlo(text)).toMatchObject({ good, type })
})

test.each([
  ['fast', '"fast" is no objective'],
  ['100% once over 28d', '100% is not from 90% to below 100%'],
  ['1.2.3% once over 28d', '1.2.3% is not from 90% to below 100%'],
  ['89% once over 28d', '89% is not from 90% to below 100%'],
  ['99% once over 91d', '91d is not from 1d to 90d'],
  ['99% latency < soon over 7d', 'soon is no duration'],
  ['99% latency < 0ms over 7d', '0ms is no duration'],
])('%s: %s', (text, message) => {
  expect(() => parseSlo(text)).toThrow(message)
})
