import { expect, test } from 'vitest'
import { namedFigure, wordsOf } from '../../dashboards/html/named-figure.js'

test.each([
  ['oldestAgeMs', 'oldest age'],
  ['p99LateMs', 'p99 late'],
  ['max_us', 'max'],
  ['ms', 'ms'],
  ['visibilityTimeoutS', 'visibility timeout'],
  ['waitSeconds', 'wait'],
  ['sentPerS', 'sent per second'],
  ['sizeBytes', 'size bytes'],
  ['usdPerDay', 'USD per day'],
  ['priceUsd', 'price'],
  ['dlqName', 'dlq name'],
  ['p9999', 'p99.99'],
  ['__proto__', 'proto'],
])('%s is called %s', (name, words) => {
  expect(wordsOf(name)).toBe(words)
})

test.each<[value: number, name: string, outer: string | undefined, text: string]>([
  [1_500, 'oldestAgeMs', undefined, '1.50 s'],
  [1_500, 'p50_us', undefined, '1.50 ms'],
  [90, 'timeoutS', undefined, '90.0 s'],
  [22.1, 'p99', 'latencyMs', '22.1 ms'],
  [9_970_000, 'count', 'latencyMs', '9,970,000'],
  [0, 'skewed', 'latencyMs', '0'],
  [0.001, 'resolutionMs', 'latencyMs', '1.00 µs'],
  [284_149, 'sizeBytes', undefined, '284 kB'],
  [284_149, 'bytesPerS', undefined, '284 kB/s'],
  [724.467, 'mean_bytes', undefined, '724 B'],
  [0.1234, 'usdPerDay', undefined, '$0.12'],
  [0.0001, 'priceUsd', undefined, 'less than $0.01'],
  [0, 'priceUsd', undefined, '$0'],
  [1_234.5, 'perMonth', 'usd', '$1,234.50'],
  [0.003, 'rate', 'duplicates', '0.30%'],
  [12, 'rate', undefined, '12'],
  [3.25, 'sentPerS', undefined, '3.25'],
  [8_173, 'events', undefined, '8,173'],
])('%d of %s (%s) is %s', (value, name, outer, text) => {
  expect(namedFigure(value, name, outer)).toBe(text)
})
