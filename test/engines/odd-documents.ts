import fc from 'fast-check'

/* Documents as JSON text, because most of what is odd about them is lost in values: 1.0 and 1, a
 * key that occurs twice, NaN. */

const strings = [
  ...['', ' ', 'x', 'null', 'true', 'NaN', '-inf', '1.0', '1e3', '1e400', '007', '+5', '-0', '12'],
  ...['{"a":1}', '[1]', '{', '[', 'nantes', 'infinite', 'é€😀', 'a\u0000b', '\u0000', "o'k", '\\'],
  ...['order.placed', 'order.paid', 'order', 'Integer', 'Notification', '1'.repeat(60)],
  ...['9'.repeat(16), '-9007199254740993', '0'.repeat(20), '4'.repeat(1000)],
].map((text) => JSON.stringify(text))

const others = [
  ...['0', '1', '-0', '-0.0', '1.0', '5.00', '1e3', '1E5', '1e21', '1e22', '1e-7', '0.1', '-1'],
  ...['9007199254740991', '9007199254740993', '18446744073709551615', '18446744073709551616'],
  ...['1e400', '-1e400', '1e-400', '12345678901234567890.5', '1.5e300', '-5', '123456789012345'],
  ...['true', 'false', 'null', 'NaN', '-Infinity', 'iNf', '{}', '[]', '[1]', '[1,]', '{"a":1,}'],
  ...['{"sku":"x"}', '[{"sku":"a"},{"sku":"b"}]', '"\\ud800"', '"\\u0041\\/"', '"\\ud83d\\ude00"'],
]

const times = [
  ...['2026-11-01T14:02:07.113Z', '2026-11-01T14:02:07Z', '2026-11-01T14:02:07.113456Z'],
  ...['2026-11-01T14:02:07.113+02:00', '2026-11-01 14:02', '2026-11-01', '2026-11-01T14:02:07'],
  ...['2026-02-30T00:00:00Z', '2026-11-01T24:00:00Z', '2026-11-01T14:02:07.5-0530', '0001-01-01'],
  ...['9999-12-31T23:59:59Z', '2026-11-01t14:02:07z', '2026-11-01T14:02:07.123456789Z', 'today'],
  ...['1793541727', '1793541727113', '1793541727113456', '1793541727113456789', '1793541727.5'],
].map((text) => JSON.stringify(text))
const numericTimes = [
  '1793541727',
  '1793541727.113',
  '1793541727113',
  '1.793541727e9',
  '-5',
  '1e18',
]

const odd = fc.constantFrom(...strings, ...others)
const anyText = fc.oneof(
  odd,
  fc.string({ unit: 'binary', maxLength: 6 }).map((s) => JSON.stringify(s)),
)
const value = (usual: readonly string[]) =>
  fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: anyText })
const common = times.slice(0, 4)
const time = fc.oneof(
  { weight: 12, arbitrary: value(common) },
  { weight: 1, arbitrary: fc.constantFrom(...times, ...numericTimes) },
)
const integer = fc.oneof(
  { weight: 12, arbitrary: value(['1', '2', '41', '"42"']) },
  { weight: 1, arbitrary: fc.constantFrom('"007"', '"+5"', '1.0', '"1e3"', `"${'7'.repeat(60)}"`) },
)
const name = fc.oneof(
  { weight: 20, arbitrary: value(['"a-1"', '"3f5e-77"', '"12"', '12', '"k"', '"/orders/eu"']) },
  { weight: 1, arbitrary: fc.constantFrom('"1.0"', '1.0', '""') },
)
const placeNumber = fc.oneof(
  { weight: 6, arbitrary: value(['"18873177232222703872"', '"18849496460467696128"', '"5"']) },
  { weight: 3, arbitrary: integer },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[`"${'4'.repeat(56)}"`, `"${'4'.repeat(57)}"`, `"0${'4'.repeat(56)}"`, '4'.repeat(56)],
      ...['"00018873177232222703872"', '"-5"', '"-0"', '"1e3"', '"12a"', '18873177232222703872'],
    ),
  },
)
const type = value(['"order.placed"', '"order.paid"', '"order.x"', '"order"', '"other"'])

type Entries = readonly (readonly [key: string, value: string])[]

/** Entries may be missing, may come twice, and the last may have a comma after it. */
function object(fields: Record<string, fc.Arbitrary<string>>): fc.Arbitrary<string> {
  const entries = Object.entries(fields).map(([key, text]) =>
    fc.option(text, { freq: 12, nil: undefined }).map((found) => [key, found] as const),
  )
  const again = fc.tuple(fc.constantFrom(...Object.keys(fields)), anyText)
  const twice = fc.oneof(
    { weight: 15, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: again },
  )
  const comma = fc.oneof(
    { weight: 30, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constant(' ,') },
  )
  return fc.tuple(fc.tuple(...entries), twice, comma).map(([all, repeated, end]) => {
    const found: Entries = all.flatMap(([key, text]) => (text === undefined ? [] : [[key, text]]))
    const texts = [...found, ...(repeated ? [repeated] : [])].map(
      ([key, text]) => `${JSON.stringify(key)}:${text}`,
    )
    return `{${texts.join(',')}${texts.length > 0 ? end : ''}}`
  })
}

const metadata = object({ id: name, occurredAt: time, causationId: name })
const items = value([
  '[{"sku":"a"},{"sku":"b"}]',
  '[{"sku":1.0}]',
  '[]',
  '[[{"sku":"x"}]]',
  '[1,2]',
])
const detail = object({
  metadata,
  entityId: name,
  orderId: name,
  seq: integer,
  version: value(['"1.0"', '1', '2.0']),
  items,
  kind: type,
  'a b~/c"d': name,
  attempt: integer,
  shop: name,
  customer: name,
})
const orObject = (text: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 15, arbitrary: text }, { weight: 1, arbitrary: anyText })

const eventbridge = object({
  id: name,
  'detail-type': type,
  source: name,
  time,
  'replay-name': value(['"monday"', 'null', '""']),
  detail: orObject(detail),
  receivedAt: time,
  sequence: integer,
  orderId: name,
})
const cloudevents = object({
  specversion: value(['"1.0"', '1.0']),
  id: name,
  source: name,
  type,
  time,
  subject: name,
  partitionkey: name,
  sequence: integer,
  sequencetype: value(['"Integer"', '"Other"', 'null']),
  recordedtime: time,
  correlationid: name,
  data: orObject(detail),
})
const plain = object({
  id: name,
  source: name,
  type,
  time,
  receivedAt: time,
  key: name,
  sequence: integer,
  replay: name,
  orderId: name,
  ['__proto__']: name,
  detail,
  'detail-type': value(['null']),
})
const document = fc.oneof(eventbridge, cloudevents, plain)

/** As a string, or as it is. */
const body = (inner: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 6, arbitrary: inner.map((text) => JSON.stringify(text)) },
    { weight: 2, arbitrary: inner },
    { weight: 1, arbitrary: anyText },
  )
const sns = object({
  Type: value(['"Notification"']),
  TopicArn: name,
  MessageId: name,
  Message: body(document),
  Timestamp: time,
})
const sqs = object({
  MessageId: name,
  Body: body(fc.oneof({ weight: 3, arbitrary: document }, { weight: 1, arbitrary: sns })),
  Attributes: object({
    SentTimestamp: time,
    ApproximateFirstReceiveTimestamp: time,
    ApproximateReceiveCount: integer,
    MessageGroupId: name,
    SequenceNumber: placeNumber,
    AWSTraceHeader: name,
  }),
})

/** One record as text, of one line. */
const recordText = fc.oneof(
  { weight: 4, arbitrary: eventbridge },
  { weight: 3, arbitrary: cloudevents },
  { weight: 3, arbitrary: plain },
  { weight: 2, arbitrary: sns },
  { weight: 3, arbitrary: sqs },
  { weight: 1, arbitrary: anyText.filter((text) => !text.startsWith('[')) },
)

const broken = fc.constantFrom('{"id":"a"', '{"id":"a"}x', 'x', '"', '\u0000', '{"id":01}', ',')
const around = fc.constantFrom('', ' ', '\t', '\r', '\u000b', '\u000c ')

/** A line with one record, or a blank one. */
export const lineText = fc.oneof(
  { weight: 20, arbitrary: recordText },
  { weight: 3, arbitrary: fc.tuple(around, recordText, around).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: broken },
  { weight: 1, arbitrary: around },
)
