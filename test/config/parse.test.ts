import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.js'
import { createMapping } from '../../src/event/mapping.js'
import { usageError } from '../event/usage-error.js'

const whole = `
default: "prod:"
events:
  "*":
    id: $.detail.metadata.id
  "jobAd.*":
    key: $.detail.jobAdId
    sequence: $.detail.version
    sequencePer: source+key
    sequenceType: text
    state: snapshot
    entities: { jobAd: $.detail.jobAdId, employer: "$.detail['employer']['id']" }
archives: { prod: s3://acme-events/archive/ }
flows: { pay: order.placed -> order.paid within 1.5h -> order sent }
checks:   [ "latency.p99 < 500ms" ]
athena:   { workgroup: evt, database: events, maxScan: 10GB }
cloudwatch: { namespace: Evt }
privacy:  { redact: [ $.detail.email ] }
`

test('every key of evt.yaml is read', () => {
  expect(parseConfig(whole, 'evt.yaml')).toEqual({
    file: 'evt.yaml',
    default: 'prod:',
    events: {
      '*': { fields: { id: ['detail', 'metadata', 'id'] }, entities: [] },
      'jobAd.*': {
        fields: { key: ['detail', 'jobAdId'], sequence: ['detail', 'version'] },
        entities: [
          { kind: 'jobAd', path: ['detail', 'jobAdId'] },
          { kind: 'employer', path: ['detail', 'employer', 'id'] },
        ],
        sequencePer: 'source+key',
        sequenceType: 'text',
        state: 'snapshot',
      },
    },
    archives: { prod: 's3://acme-events/archive/' },
    flows: {
      pay: [
        { type: 'order.placed', withinUs: null },
        { type: 'order.paid', withinUs: 5_400_000_000 },
        { type: 'order sent', withinUs: null },
      ],
    },
    checks: ['latency.p99 < 500ms'],
    athena: { workgroup: 'evt', database: 'events', maxScanBytes: 1e10 },
    cloudwatch: { namespace: 'Evt' },
    privacy: { redact: [['detail', 'email']] },
  })
})

test('its events are what a mapping is made of', () => {
  const { events } = parseConfig(whole, 'evt.yaml')
  expect(createMapping({ events }).mappingFor('jobAd.created').fields).toEqual({
    id: ['detail', 'metadata', 'id'],
    key: ['detail', 'jobAdId'],
    sequence: ['detail', 'version'],
  })
})

test.each(['', '# nothing yet\n', '---\n'])('%j is an empty configuration', (text) => {
  expect(parseConfig(text, 'evt.yaml')).toEqual({ file: 'evt.yaml' })
})

describe('a fault names its line', () => {
  const pathHint = 'paths look like $.detail.orderId, $.items[0].id or $["detail-type"]'
  test.each([
    ['\nevent: {}', 'evt.yaml:2: unknown key event', 'did you mean events?'],
    ['events:\n  "*":\n    kee: $.a', 'evt.yaml:3: unknown key kee', 'did you mean key?'],
    ['athena: { xyzzy: 1 }', 'evt.yaml:1: unknown key xyzzy', /^the keys here are workgroup, /],
    [
      'events:\n  "*":\n    id: 5',
      'evt.yaml:3: id: expected a path such as $.detail.orderId',
      undefined,
    ],
    [
      'events:\n  "*":\n    id: detail.id',
      'evt.yaml:3: id: "detail.id" is no path: a path starts with $',
      pathHint,
    ],
    [
      'events:\n  "*":\n    entities:\n      a: $.a\n      b: $.',
      'evt.yaml:5: b: "$." is no path: "." cannot follow at character 2',
      pathHint,
    ],
    [
      'events:\n  "*.x":\n    id: $.a',
      'evt.yaml:2: "*.x" is no pattern of types',
      'a * stands at the end: *, jobAd.*, or the whole name of a type',
    ],
    [
      'events:\n  "*":\n    sequencePer: source',
      'evt.yaml:3: sequencePer: is not one of key, source+key',
      undefined,
    ],
    ['events: []', 'evt.yaml:1: events: expected a mapping of keys', undefined],
    ['events:\n  "*":', 'evt.yaml:2: *: expected a mapping of keys', undefined],
    [
      'flows:\n  pay: a -> b within an hour',
      'evt.yaml:2: pay: an hour is no duration',
      /^a -> b within an hour\n {14}\^\nwrite 500ms/,
    ],
    ['checks: "a < 1"', 'evt.yaml:1: checks: expected a list', undefined],
    ['archives:\n  a b: x', 'evt.yaml:2: "a b" is no alias', /^use two or more letters/],
    ['archives:\n  ab: ""', 'evt.yaml:2: ab: is empty', undefined],
    [
      'athena:\n  maxScan: much',
      'evt.yaml:2: maxScan: "much" is no size',
      'write a number and B, KB, MB, GB or TB, as in 10GB',
    ],
    [
      'privacy:\n  redact:\n    - $.a\n    - b',
      'evt.yaml:4: redact: "b" is no path: a path starts with $',
      pathHint,
    ],
    ['- a', 'evt.yaml:1: expected a mapping of keys', undefined],
    ['default: a\ndefault: b', 'evt.yaml:2: is not YAML: map keys must be unique', undefined],
    ['a: {', /^evt\.yaml:1: is not YAML: /, undefined],
  ])('%j', (text, message, hint) => {
    const error = usageError(() => parseConfig(text, 'evt.yaml'))
    if (message instanceof RegExp) expect(error.message).toMatch(message)
    else expect(error.message).toBe(message)
    if (hint instanceof RegExp) expect(error.hint).toMatch(hint)
    else expect(error.hint).toBe(hint)
  })
})
