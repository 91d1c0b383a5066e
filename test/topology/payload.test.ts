import { describe, expect, test } from 'vitest'
import { payloadOf } from '../../src/topology/match/payload.js'
import type { TargetInput } from '../../src/topology/model.js'

const event = {
  ...{ source: 'shop', 'detail-type': 'order.placed', time: '2026-11-01T10:00:00Z' },
  detail: { id: 'o-1', total: 12.5, items: [{ sku: 'a"b' }, { sku: 'c' }], note: 'say "hi"' },
}

const template = (paths: Record<string, string>, text: string): TargetInput => ({
  ...{ kind: 'template', paths, template: text },
})

describe('what a target of a rule is given', () => {
  test.each<[string, TargetInput | undefined, string, string[]]>([
    ['the event, without more', undefined, JSON.stringify(event), []],
    ['a constant', { kind: 'constant', text: '{"a": 1}' }, '{"a": 1}', []],
    ['a part', { kind: 'path', path: '$.detail.items[1]' }, '{"sku":"c"}', []],
    [
      'nothing, where there is no such part',
      { kind: 'path', path: '$.detail.x' },
      '',
      ['there is nothing at $.detail.x'],
    ],
    [
      'values as JSON',
      template(
        { id: '$.detail.id', n: '$.detail.total', all: '$.detail.items' },
        '{"id": <id>, "n": <n>, "all": <all>}',
      ),
      '{"id": "o-1", "n": 12.5, "all": [{"sku":"a\\"b"},{"sku":"c"}]}',
      [],
    ],
    [
      'values within texts',
      template({ id: '$.detail.id', note: '$.detail.note' }, '{"text": "Order <id>: <note>"}'),
      '{"text": "Order o-1: say \\"hi\\""}',
      [],
    ],
    [
      'a plain text',
      template({ id: '$.detail.id' }, '"Order <id> in <state>"'),
      '"Order o-1 in <state>"',
      [],
    ],
    [
      'what EventBridge knows itself',
      template({}, '{"rule": "<aws.events.rule-name>", "at": <aws.events.event.ingestion-time>}'),
      '{"rule": "r", "at": "2026-11-01T10:00:00Z"}',
      [],
    ],
    [
      'JSON that is none without a value',
      template({ gone: '$.detail.gone' }, '{"id": <gone>}'),
      '{"id": }',
      [
        '<gone> is empty: there is nothing at $.detail.gone',
        'what the template makes is no JSON: EventBridge does not deliver it',
      ],
    ],
    [
      'an object within a text',
      template({ item: '$.detail.items[1]' }, '{"text": "it is <item>"}'),
      '{"text": "it is {sku:c}"}',
      ['<item> is put into a text as JSON, without the quotes of its own'],
    ],
  ])('%s', (_, input, text, notes) => {
    const rule = { name: 'r', arn: 'arn:aws:events:eu-west-1:123456789012:rule/shop/r' }
    expect(payloadOf(input, event, rule)).toEqual({ text, notes })
  })
})
