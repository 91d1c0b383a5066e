import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Unprojectable } from '../../src/engines/chain-sql.js'
import { eventRow } from '../../src/engines/event-rows.js'
import { isInText, shapeName } from '../../src/envelopes/envelope.js'
import { envelopes } from '../../src/envelopes/index.js'
import { presetEnvelopes } from '../../src/envelopes/presets.js'
import { mappings } from '../engines/mappings.js'
import {
  chainsOf,
  createLinesFile,
  decoderReading,
  planOf,
  withPlainJson,
} from '../engines/readings.js'
import { eventFixtures } from '../fixtures/events/fixtures.js'
import { isLong } from '../helpers/campaign.js'
import { describeWith } from '../helpers/needs.js'
import { jars, startTrino, type Trino } from '../testbed/trino.js'
import { trinoReading } from './trino-lines.js'

const lines = createLinesFile()
let trino: Trino

const fixtures = eventFixtures().map(({ envelope, oddity, bytes }) => {
  const text = Buffer.from(bytes).toString().replaceAll('\n', ' ').trim()
  return { envelope, oddity, text }
})
const objects = fixtures.filter(({ text }) => text.startsWith('{'))

/** Holds what Trino surely reads equal to the decoder.
 * @returns of the events that the decoder read, those that Trino left to it */
async function expectEqual(texts: readonly string[], mapping: string): Promise<number[]> {
  const found = mappings[mapping]
  if (!found) throw new Error(`there is no mapping ${mapping}`)
  const file = lines.write(texts.map((text) => Buffer.from(text)))
  const decoded = await decoderReading({ file, mapping: found })
  if (!decoded) throw new Error('a line has several records')
  const plan = planOf({ file, mapping: found }, await chainsOf(texts))
  const read = await trinoReading(trino, texts, plan)
  expect(read).toHaveLength(texts.length)
  const left: number[] = []
  for (const [n, { state, row }] of read.entries()) {
    const each = decoded[n]
    if (state === 'event') {
      const event = each?.kind === 'event' ? each.event : expect.fail(`${texts[n]} is no event`)
      const position = { path: String(n), record: null }
      const expected = { ...eventRow(event), position }
      expect(withPlainJson(row)).toEqual(withPlainJson(expected))
    } else {
      expect(state === 'undecodable' && each?.kind === 'event', texts[n]).toBe(false)
      if (each?.kind === 'event') left.push(n)
    }
  }
  return left
}

describeWith('Trino (npm run test:trino)', jars !== undefined)(
  'what Athena reads, by a real Trino',
  () => {
    beforeAll(async () => {
      trino = await startTrino()
    }, 900_000)

    afterAll(async () => {
      await trino.stop()
      lines.remove()
    })

    // What tells another wrapping first is there, what is no text, what the decoder assembles or
    // fetches, and what is nested too deep for Trino.
    const left = [
      ...['', '-bytes', '-gzip', '-gzip-cut', '-null-data'].map((of) => `data-base64${of}`),
      ...['dataref', 'dataref-with-data'],
      ...['body-array', 'claim-check', 'cloudevents-binary-gzip-list', 'replayed-by-evt'],
      ...['base64-gzip-body', 'base64-mime-gzip-body', 'claim-check-legacy', 's3-test'],
      ...['cloudevents-binary-claim-check', 'cloudevents-binary-gzip', 'looks-like-sns-inside'],
      ...['md5-mismatch', 'object-body', 'base', 'plain-row', 'bare-document', 'deep'],
      ...['claim-check', 'firehose', 'kafka', 'no-records', 'notification', 'recording'].map(
        (name) => `looks-like-${name}`,
      ),
      ...['looks-like-sqs', 'looks-like-sqs-number'],
      ...['time-fault', 'time-range', 'bad-sequence'],
    ]

    describe.each(isLong ? Object.keys(mappings) : ['typical'])(
      'with the mapping: %s',
      (mapping) => {
        test.each(envelopes.map(shapeName))('%s', { timeout: 900_000 }, async (envelope) => {
          const some = objects.filter((fixture) => fixture.envelope === envelope)
          const texts = some.map(({ text }) => text)
          const chains = await chainsOf(texts)
          if (!chains.some((chain) => chain.every(isInText))) return
          if (mapping === 'odd paths') {
            // Trino's paths have no names with quotes.
            await expect(expectEqual(texts, mapping)).rejects.toThrow(Unprojectable)
            return
          }
          const unread = (await expectEqual(texts, mapping)).map((n) => some[n]?.oddity)
          expect(unread.filter((oddity) => !left.includes(oddity ?? ''))).toEqual([])
        })
      },
    )

    test.each([
      ['{"kind":"a"', 'undecodable'],
      ['{"kind":"a"}}', 'undecodable'],
      ['"x"', 'undecodable'],
      ['5', 'undecodable'],
      ['{"kind":"\\ud800"}', 'unsure'],
      ['{"kind":"\\ud83d\\ude00"}', 'event'],
      ['{"kind":NaN}', 'unsure'],
      ['{"kind":"a",}', 'unsure'],
      ['{"kind":"a"}{"kind":"b"}', 'unsure'],
      ['[{"kind":"a"}]', 'unsure'],
      ['{', 'unsure'],
      ['},', 'unsure'],
      ['\ufeff{"kind":"a"}', 'unsure'],
      ['{"kind":"a"}\u0001', 'unsure'],
      ['  {"kind":"a"}\r', 'event'],
      ['{"id":1.0}', 'unsure'],
      ['{"id":"1.0"}', 'event'],
      ['{"id":-0}', 'unsure'],
      ['{"id":18446744073709551616}', 'event'],
      ['{"id":"a","id":"b"}', 'event'],
      ['{"orderId":"a, order:b"}', 'unsure'],
    ])('%s', async (line, state) => {
      const texts = ['{"kind":"b"}', line]
      const mapping = mappings['plain JSON'] ?? expect.fail('no mapping')
      const known = presetEnvelopes(undefined)
      const chains = await chainsOf(texts.slice(0, 1))
      const read = await trinoReading(trino, texts, { chains, mapping, known })
      expect(read.map((each) => each.state)).toEqual(['event', state])
    })
  },
)
