import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/event/event.js'
import { checked } from '../../src/topology/check.js'
import { topologyOfTemplates } from '../../src/topology/from-templates.js'
import { root } from '../helpers/cli.js'

// Findings that no template in test/fixtures has, each beside what is just no such finding.

const cwd = mkdtempSync(join(tmpdir(), 'evt-checks-'))
afterAll(() => rmSync(cwd, { recursive: true }))

async function found(Resources: JsonObject, id: string) {
  writeFileSync(join(cwd, 'a.json'), JSON.stringify({ Resources }))
  const { findings } = checked(await topologyOfTemplates(['a.json'], cwd))
  return findings
    .filter((finding) => finding.id === id)
    .map(({ severity, on, explanation }) => `${severity} ${on}: ${explanation}`)
}

const arn = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] })
const queue = (more: JsonObject = {}) => ({ Type: 'AWS::SQS::Queue', Properties: more })
const pair = (redrive: JsonObject, dlq: JsonObject, more: JsonObject = {}) => ({
  Q: queue({ ...more, RedrivePolicy: { deadLetterTargetArn: arn('D'), ...redrive } }),
  D: queue(dlq),
})

const DAY_S = 86_400
const mapped = {
  F: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f' } },
  M: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: { Ref: 'F' }, EventSourceArn: arn('Q') },
  },
}
const many = (count: number, make: (n: number) => JsonObject): JsonObject =>
  Object.assign({}, ...Array.from({ length: count }, (_, n) => make(n)))

const consumers = (count: number): JsonObject => ({
  S: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 's', ShardCount: 1 } },
  ...many(count, (n) => ({
    [`C${n}`]: {
      Type: 'AWS::Kinesis::StreamConsumer',
      Properties: { ConsumerName: `c${n}`, StreamARN: arn('S') },
    },
  })),
})
const rules = (count: number): JsonObject => ({
  B: { Type: 'AWS::Events::EventBus', Properties: { Name: 'b' } },
  ...many(count, (n) => ({
    [`R${n}`]: {
      Type: 'AWS::Events::Rule',
      Properties: { EventBusName: { Ref: 'B' }, EventPattern: { source: [`s${n}`] } },
    },
  })),
})
const policy = (Action: string, Principal: JsonObject): JsonObject => ({
  Q: queue({ QueueName: 'q' }),
  P: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'Q' }],
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Principal, Resource: arn('Q') }] },
    },
  },
})
const of4 = { MessageRetentionPeriod: 4 * DAY_S }
const of1 = { MessageRetentionPeriod: DAY_S }
const fifo = { FifoQueue: true }
const other = { AWS: '210987654321' }
const short = 'queue:D keeps messages for 1 day, queue:Q for 4 days: '

const logOf = (name: string): JsonObject => ({
  ...mapped,
  L: {
    Type: 'AWS::Logs::SubscriptionFilter',
    Properties: { LogGroupName: name, DestinationArn: arn('F'), FilterPattern: '' },
  },
})

test.each<[string, string, JsonObject, string[]]>([
  ['cycle', "another's log", { Q: queue(), ...logOf('/aws/lambda/g') }, []],
  [
    ...(['cycle', 'its own log, by name', { Q: queue(), ...logOf('/aws/lambda/f') }] as const),
    [
      'error function:f: function:f → logGroup:/aws/lambda/f → function:f: what is sent comes ' +
        'back to where it began. No service of AWS ends it.',
    ],
  ],
  ['dlqRetentionShort', 'as long', pair({}, of4, of4), []],
  [
    ...(['dlqRetentionShort', 'shorter', pair({}, of1, of4)] as const),
    [
      `warning queue:D: ${short}since age counts from when a message was first sent, some are ` +
        'gone as they arrive.',
    ],
  ],
  [
    ...(['dlqRetentionShort', 'FIFO', pair({}, { ...fifo, ...of1 }, { ...fifo, ...of4 })] as const),
    [`note queue:D: ${short}though age begins anew there, who looks later finds them gone.`],
  ],
  ['maxReceiveCountLow', 'five', { ...pair({ maxReceiveCount: 5 }, {}), ...mapped }, []],
  [
    ...([
      'maxReceiveCountLow',
      'four',
      { ...pair({ maxReceiveCount: 4 }, {}), ...mapped },
    ] as const),
    [
      'note queue:Q: queue:Q gives a message up after 4 of 5 receives that AWS recommends: ' +
        'throttles of function:f count as well.',
    ],
  ],
  ['tooManyConsumers', 'twenty', consumers(20), []],
  [
    ...(['tooManyConsumers', 'one more', consumers(21)] as const),
    ['error stream:s: stream:s has 21 consumers; a stream takes 20.'],
  ],
  ['tooManyRules', 'three hundred', rules(300), []],
  [
    ...(['tooManyRules', 'one more', rules(301)] as const),
    ['warning bus:b: bus:b has 301 rules; a bus takes 300 by default.'],
  ],
  ['quotaNear', 'of rules', rules(239), []],
  [
    ...(['quotaNear', 'of rules, from four fifths on', rules(240)] as const),
    ['note bus:b: bus:b has 240 rules of the 300 that AWS allows at first.'],
  ],
  ['wildcardPolicy', 'one action', policy('sqs:SendMessage', other), []],
  [
    ...(['wildcardPolicy', 'every action', policy('sqs:*', other)] as const),
    ['warning queue:q: the policy of queue:q allows 210987654321 every action.'],
  ],
])('%s: %s', async (id, _, resources, told) => {
  expect(await found(resources, id)).toEqual(told)
})

test('whatever the checks can find is found in some test', () => {
  const read = (folder: string, name: string) => readFileSync(join(root, folder, name), 'utf8')
  const sources = readdirSync(join(root, 'src/topology/checks'))
  const ids = sources.flatMap((name) => {
    const text = read('src/topology/checks', name)
    return [...text.matchAll(/\bid(?: =|:) '([a-z]+[A-Z]\w+)'/g)].map(([, id = '']) => id)
  })
  expect(new Set(ids).size).toBeGreaterThan(30)
  const tests = [
    ...readdirSync(join(root, 'test/topology')).map((name) => read('test/topology', name)),
    ...readdirSync(join(root, 'test/cases'))
      .filter((name) => name.startsWith('topology'))
      .map((name) => read('test/cases', name)),
    ...readdirSync(join(root, 'test/fixtures/templates')).map((name) =>
      read(`test/fixtures/templates/${name}`, 'expected.json'),
    ),
  ]
  const untold = ids.filter((id) => !tests.some((text) => text.includes(id)))
  expect(untold).toEqual([])
})
