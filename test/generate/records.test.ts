import { describe, expect, test } from 'vitest'
import { parseChains } from '../../src/generate/chain.js'
import { Fault } from '../../src/generate/events.js'
import { fieldsOf } from '../../src/generate/fields.js'
import { makeWorkload } from '../../src/generate/make-workload.js'
import { createRecorder, sampleRecord } from '../../src/generate/recorder.js'
import { recordOf } from '../../src/generate/records.js'
import { checkedSettings } from '../../src/generate/settings.js'
import { createTemplate } from '../../src/generate/template.js'
import { rowNumber } from '../../src/generate/workload.js'
import { given } from './given.js'

const rates = { replays: 0.2, redeliveries: 0.2, conflicts: 0.1, publishedTwice: 0.1, skew: 0.1 }
const workload = makeWorkload(
  checkedSettings(given({ envelope: 'mixed', types: 12, events: 600, rates })),
)

describe('a template', () => {
  test('writes what JSON.stringify writes, in every envelope', () => {
    const { deliveries, rows, settings } = workload
    for (let d = 0; d < deliveries.count; d++) {
      const row = rows[rowNumber(workload, d)]
      const chain = settings.chains[row?.chain ?? 0]
      if (!row || !chain) throw new Error('no row')
      const fields = fieldsOf(workload, d, 100)
      const isReplay = deliveries.fault[d] === Fault.replay
      const shape = { row, chain, isReplay }
      const template = createTemplate(shape, { hasCause: fields.causationId !== null })
      expect(template(fields)).toBe(JSON.stringify(recordOf(chain, [{ row, isReplay, fields }])))
    }
  })
})

describe('a record', () => {
  test.each([700, 2_000])('has %i bytes in the mean', (eventBytes) => {
    for (const envelope of ['json', 'eventbridge', 'cloudevents']) {
      const all = makeWorkload(checkedSettings(given({ envelope })))
      const textOf = createRecorder(all, eventBytes)
      const sizes = Array.from({ length: all.deliveries.count }, (_, d) => textOf([d]).length)
      const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length
      expect(Math.abs(mean / eventBytes - 1)).toBeLessThan(0.06)
    }
  })

  test('that columns are taken from has every field', () => {
    const all = makeWorkload(checkedSettings(given({ envelope: 'eventbridge' })))
    expect(Object.keys(sampleRecord(all))).toContain('replay-name')
  })
})

test('chains are read in both ways of writing them', () => {
  const names = (text: string) => parseChains(text).map(({ name }) => name)
  expect(names('sqs(sns(eventbridge))')).toEqual(['sqs>sns>eventbridge'])
  expect(names('sqs>sns>eventbridge')).toEqual(['sqs>sns>eventbridge'])
  expect(names('sqs')).toEqual(['sqs>json'])
  expect(names('mixed').length).toBeGreaterThan(4)
  // What nobody writes is there all the same.
  expect(names('sqs>gzip')).toEqual(['sqs>base64>gzip>json'])
  expect(names('firehose>gzip>logs')).toEqual(['firehose>firehose-record>gzip>logs>logs-line>json'])
})
