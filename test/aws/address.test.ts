import { expect, test } from 'vitest'
import { resourceAddress } from '../../src/aws/address.js'

const arn = 'arn:aws:sqs:eu-west-1:123456789012:orders.fifo'
const rule = 'arn:aws:events:eu-west-1:123456789012:rule'
const table = 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders'
const stream = 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders'
const group = 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f:*'

test.each<[string, Record<string, string>]>([
  ['sqs://orders', { service: 'sqs', name: 'orders' }],
  [arn, { service: 'sqs', name: 'orders.fifo', arn, region: 'eu-west-1' }],
  [`sqs://${arn}`, { service: 'sqs', name: 'orders.fifo', arn, region: 'eu-west-1' }],
  [
    'https://sqs.eu-west-1.amazonaws.com/123456789012/orders',
    {
      ...{ service: 'sqs', name: 'orders', region: 'eu-west-1' },
      url: 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders',
    },
  ],
  [
    'http://127.0.0.1:9324/000000000000/orders',
    { service: 'sqs', name: 'orders', url: 'http://127.0.0.1:9324/000000000000/orders' },
  ],
  ['sns://topic', { service: 'sns', name: 'topic' }],
  ['eventbridge://shop', { service: 'eventbridge', name: 'shop' }],
  ['eventbridge://shop/paid', { service: 'eventbridge', name: 'shop', part: 'paid' }],
  [
    'eventbridge://aws.partner/acme.com/1',
    { service: 'eventbridge', name: 'aws.partner/acme.com/1' },
  ],
  [
    `${rule}/paid`,
    {
      ...{ service: 'eventbridge', name: 'default', part: 'paid' },
      ...{ arn: `${rule}/paid`, region: 'eu-west-1' },
    },
  ],
  [
    `${rule}/shop/paid`,
    {
      ...{ service: 'eventbridge', name: 'shop', part: 'paid' },
      ...{ arn: `${rule}/shop/paid`, region: 'eu-west-1' },
    },
  ],
  ['logs:///aws/lambda/f', { service: 'logs', name: '/aws/lambda/f' }],
  [group, { service: 'logs', name: '/aws/lambda/f', arn: group, region: 'eu-west-1' }],
  ['kinesis://orders', { service: 'kinesis', name: 'orders' }],
  [
    'kinesis://orders/shardId-000000000001',
    { service: 'kinesis', name: 'orders', part: 'shardId-000000000001' },
  ],
  [stream, { service: 'kinesis', name: 'orders', arn: stream, region: 'eu-west-1' }],
  [
    `kinesis://${stream}/shardId-000000000001`,
    {
      ...{ service: 'kinesis', name: 'orders', part: 'shardId-000000000001' },
      ...{ arn: stream, region: 'eu-west-1' },
    },
  ],
  ['dynamodb://orders', { service: 'dynamodb', name: 'orders' }],
  ['dynamodb://orders/shardId-1', { service: 'dynamodb', name: 'orders', part: 'shardId-1' }],
  [table, { service: 'dynamodb', name: 'orders', arn: table, region: 'eu-west-1' }],
  [
    `${table}/stream/2026-11-01T00:00:00.000`,
    {
      ...{ service: 'dynamodb', name: 'orders', region: 'eu-west-1' },
      arn: `${table}/stream/2026-11-01T00:00:00.000`,
    },
  ],
])('%s', (address, expected) => {
  const { service, name, part, arn, url, region } = resourceAddress(address) ?? {}
  const said = Object.entries({ service, name, part, arn, url, region })
  expect(Object.fromEntries(said.filter(([, value]) => value !== undefined))).toEqual(expected)
})

test.each(['orders', 's3://bucket/a', 'sqs://', `sns://${arn}`, 'https://acme.com/orders'])(
  '%s is none',
  (address) => expect(resourceAddress(address)).toBeUndefined(),
)
