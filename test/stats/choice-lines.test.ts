import { describe, expect, test } from 'vitest'
import { Choices } from '../../src/envelopes/choices.js'
import { envelopes } from '../../src/envelopes/index.js'
import { createUnwrapper } from '../../src/envelopes/layers.js'
import type { JsonValue } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { choiceLines } from '../../src/stats/choice-lines.js'
import { archive, lines, statsOnce, times } from './findings/archive.js'

const cloudEvent = { specversion: '1.0', id: '1', source: 'shop', type: 't', data: {} }
const both = { ...cloudEvent, 'detail-type': 'order.placed', detail: {} }
const line = (path: string) =>
  `${path} has eventbridge where cloudevents fits too: ` +
  'eventbridge comes first in the order of evt help mapping'

function told(values: readonly JsonValue[], known = envelopes): string[] {
  const choices = new Choices()
  choices.path = 'a'
  const unwrap = createUnwrapper(known, {}, (several) => choices.add(several))
  for (const value of values) unwrap(value)
  return choiceLines(choices, createMapping({}), [])
}

describe('wrappings that fit the same', () => {
  test('are told once a kind of chain', () => {
    const inSqs = { MessageId: 'm', Body: JSON.stringify(both) }
    expect(told([both, both, inSqs, cloudEvent, { id: '1' }])).toEqual([
      line('a'),
      line('a').replace('has ', 'has sqs>'),
    ])
  })

  test('are none where the others are not to be recognised', () => {
    expect(
      told(
        [both],
        envelopes.filter(({ name }) => name !== 'cloudevents'),
      ),
    ).toEqual([])
  })

  test('of an entry that its wrapper tells', () => {
    const record = { topic: 'orders', partition: 0, offset: 1, value: 'e30=', ...cloudEvent }
    const kafka = { eventSource: 'aws:kafka', bootstrapServers: 'b', records: { o: [record] } }
    expect(told([kafka])).toEqual([
      'a has kafka>kafka where cloudevents fits too: kafka says what its entries are',
    ])
  })

  test('are told up to a limit', () => {
    const nested = times(30, (n) =>
      times(n % 15, () => 0).reduce<JsonValue>(
        (inside) => ({ MessageId: 'm', Body: JSON.stringify(inside) }),
        n < 15 ? both : { ...both, MessageId: 'm', Body: '{}' },
      ),
    )
    const all = told(nested)
    expect(all).toHaveLength(21)
    expect(all.at(-1)).toBe('more kinds of wrappings that fit the same are not listed')
  })
})

test.each([
  ['the decoder', undefined],
  ['SQL', 0],
])('an archive that %s reads is told of by its first object', async (_, sqlFromBytes) => {
  const some = lines(times(20, (n) => ({ ...both, id: `e-${n}`, time: '2026-11-01T00:00:00Z' })))
  const folder = archive({ 'b.ndjson': some, 'a.ndjson': some, 'c.ndjson': lines([cloudEvent]) })
  const all: string[] = []
  const explain = (more: readonly string[]) => all.push(...more)
  await statsOnce(folder, { maps: [], sqlFromBytes, explain })
  expect(all).toEqual([line('a.ndjson')])
})

describe('rules that map the same field', () => {
  const rulesTold = (events: Record<string, string>, maps: string[], types: string[]) => {
    const entries = Object.entries(events).map(([pattern, key]) => [
      pattern,
      { fields: { key: ['detail', key] }, entities: [] },
    ])
    const mapping = createMapping({ events: Object.fromEntries(entries), maps })
    return choiceLines(new Choices(), mapping, types)
  }

  test.each<[string, Record<string, string>, string[], string[]]>([
    [
      'a longer prefix counts',
      { '*': 'a', 'order.*': 'b' },
      [],
      ['key of order.paid is mapped by "*" and "order.*": "order.*" counts, the longer prefix'],
    ],
    [
      'a whole name counts',
      { 'order.paid': 'a', 'order.paid*': 'b' },
      [],
      [
        'key of order.paid is mapped by "order.paid*" and "order.paid": "order.paid" counts, ' +
          'the whole name',
      ],
    ],
    [
      '--map counts',
      { '*': 'a' },
      ['key=$.b'],
      [
        'key of order.paid and 1 more type is mapped by "*" and --map: --map counts, which wins ' +
          'over the file',
      ],
    ],
    [
      'the last --map counts',
      {},
      ['entities.order=$.a', 'entities.order=$.b'],
      [
        'entities.order of order.paid and 1 more type is mapped by --map twice: the last of ' +
          'them counts',
      ],
    ],
    ['the same path is no matter', { '*': 'a', 'order.*': 'a' }, [], []],
    ['other types are no matter', { '*': 'a', 'bill.*': 'b' }, [], []],
  ])('%s', (_, events, maps, expected) => {
    expect(rulesTold(events, maps, ['order.paid', 'user.left'])).toEqual(expected)
  })

  test('are not told where rules choose the type that is reported', () => {
    const maps = ['key=$.a', 'key=$.b']
    const events = { 'order.*': { fields: { type: ['t'] }, entities: [] } }
    const mapping = createMapping({ events, maps })
    expect(choiceLines(new Choices(), mapping, ['order.paid'])).toEqual([])
  })
})
