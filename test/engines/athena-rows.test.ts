import { expect, test } from 'vitest'
import { athenaValue } from '../../src/engines/athena-rows.js'

test.each([
  ['timestamp', '2026-11-01 10:00:00.000', '2026-11-01T10:00:00.000Z'],
  ['timestamp with time zone', '2026-11-01 10:00:00.000 UTC', '2026-11-01T10:00:00.000Z'],
  ['timestamp with time zone', '2026-11-01 10:00:00.120 +02:00', '2026-11-01T08:00:00.120Z'],
  ['timestamp with time zone', '2026-11-01 10:00:00.000 Europe/Berlin', undefined],
  ['array', '[007, 8, null]', ['007', '8', null]],
  ['row', '{path=s3://b/12, record=3}', { path: 's3://b/12', record: 3 }],
  ['array', '[{layer=sqs, name=sent, time_us=5}]', [{ layer: 'sqs', name: 'sent', time_us: 5 }]],
  ['array', '[]', []],
  ['array', '[user:[redacted], [redacted]]', ['user:[redacted]', '[redacted]']],
  ['row', '{path=[redacted], record=3}', { path: '[redacted]', record: 3 }],
])('%s %s', (type, text, value) => {
  expect(athenaValue(text, { name: 'x', type, scale: 0 })).toEqual(value ?? text)
})
