import { expect, test } from 'vitest'
import { withTypedLine } from '../../src/cli/refused-line.js'
import { EvtError } from '../../src/errors.js'
import { Refusal } from '../../src/taps/queue-consents.js'
import type { Consent } from '../../src/taps/tap.js'

test.each<[string[], Consent[], string]>([
  [['sqs://a', '--to', 'my rec'], ['intrusive'], "sqs://a --to 'my rec' --intrusive"],
  [
    ['sqs://a', '--intrusive=receive', '--to=r'],
    ['intrusive', 'fifo', 'consume'],
    'sqs://a --to=r --intrusive=fifo --consume',
  ],
  [
    ['--intrusive=fifo', '--consume', '--to=r', '--', 'sqs://a', 'sqs://b.fifo'],
    ['intrusive', 'dead-letter'],
    '--to=r --intrusive=fifo,dead-letter --consume -- sqs://a sqs://b.fifo',
  ],
])('%j is refused without %j, and the line to type is said', (argv, needed, line) => {
  const refusal = new Refusal('no', 'sqs://a', needed, 'evt tail sqs://a\nevt lag sqs://a')
  const told = withTypedLine(refusal, { command: ['evt', 'record'], argv })
  expect(told).toMatchObject({ code: 'usage', message: 'no' })
  expect(told instanceof EvtError && told.hint).toBe(`evt record ${line}\nevt lag sqs://a`)
})

test('any other failure stays', () => {
  const other = new EvtError('gone', { code: 'outside' })
  expect(withTypedLine(other, { command: ['evt', 'record'], argv: [] })).toBe(other)
})
