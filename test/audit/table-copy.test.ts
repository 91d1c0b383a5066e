import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { copyOf } from '../../src/audit/copy.js'
import { itemJson } from '../../src/audit/item-json.js'
import { describeWith } from '../helpers/needs.js'
import { bodyOf } from '../testbed/body.js'

const options = { cwd: '.', signal: new AbortController().signal, region: 'eu-west-1' }

beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterAll(() => vi.unstubAllEnvs())

describe('an item', () => {
  test('is JSON as events have it', () => {
    const bytes = Uint8Array.from([1, 2, 255])
    const item = {
      text: { S: '7' },
      number: { N: '7' },
      large: { N: '9007199254740993' },
      fraction: { N: '-0.5' },
      yes: { BOOL: true },
      nothing: { NULL: true as const },
      bytes: { B: bytes },
      list: { L: [{ N: '1' }, { M: { a: { S: 'b' } } }] },
      sets: { M: { s: { SS: ['a', 'b'] }, n: { NS: ['1'] }, b: { BS: [bytes] } } },
      ['__proto__']: { M: { constructor: { S: 'x' } } },
    }
    expect(JSON.stringify(itemJson(item))).toBe(
      '{"text":"7","number":7,"large":"9007199254740993","fraction":-0.5,"yes":true,' +
        '"nothing":null,"bytes":"AQL/","list":[1,{"a":"b"}],' +
        '"sets":{"s":["a","b"],"n":[1],"b":["AQL/"]},"__proto__":{"constructor":"x"}}',
    )
  })
})

interface Answer {
  status?: number
  body: object
}

describe('what DynamoDB answers', () => {
  let server: Server
  let endpointUrl: string
  let answers: Record<string, Answer> = {}
  let asked: { action: string; body: unknown }[] = []

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const sent = await bodyOf(request)
      if (sent === undefined) return
      const action = String(request.headers['x-amz-target']).split('.')[1] ?? ''
      asked.push({ action, body: JSON.parse(sent.toString()) })
      const { status = 200, body } = answers[action] ?? { status: 400, body: {} }
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
      response.end(JSON.stringify(body))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())

  const table = (type: string, ...names: string[]): Answer => ({
    body: {
      Table: {
        KeySchema: names.map((name, n) => ({
          AttributeName: name,
          KeyType: n === 0 ? 'HASH' : 'RANGE',
        })),
        AttributeDefinitions: names.map((name) => ({ AttributeName: name, AttributeType: type })),
      },
    },
  })
  const refused = (name: string, status = 400, message = 'no'): Answer => ({
    status,
    body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message },
  })
  const ask = (given: Record<string, Answer>, entity = 'ad:7', name = 'job-ads') => {
    answers = given
    asked = []
    return copyOf(`dynamodb-table://${name}`, entity, { ...options, endpointUrl })
  }

  test('the item is looked up by kind and id, then by the id alone, as it is now', async () => {
    const copy = await ask({ DescribeTable: table('S', 'pk'), Query: { body: { Items: [] } } })
    expect(copy).toEqual({ from: 'dynamodb-table://job-ads', value: null, keys: ['pk'] })
    expect(asked.map(({ action }) => action)).toEqual(['DescribeTable', 'Query', 'Query'])
    expect(asked[1]?.body).toEqual({
      TableName: 'job-ads',
      KeyConditionExpression: '#key = :value',
      ExpressionAttributeNames: { '#key': 'pk' },
      ExpressionAttributeValues: { ':value': { S: 'ad:7' } },
      ConsistentRead: true,
      Limit: 2,
    })
    expect(asked[2]?.body).toMatchObject({ ExpressionAttributeValues: { ':value': { S: '7' } } })
  })

  test('a key that is a number is the id, and no other id is looked for', async () => {
    const given = {
      DescribeTable: table('N', 'n'),
      Query: { body: { Items: [{ n: { N: '7' } }] } },
    }
    expect(await ask(given)).toMatchObject({ value: { n: 7 }, keys: ['n'] })
    expect(asked[1]?.body).toMatchObject({ ExpressionAttributeValues: { ':value': { N: '7' } } })
    expect(await ask(given, "ad:7' OR 1=1")).toMatchObject({ value: null })
    expect(asked).toHaveLength(1)
  })

  test('several items of one key are said to be', async () => {
    const items = { body: { Items: [{ sk: { S: 'a' } }, { sk: { S: 'b' } }] } }
    await expect(
      ask({ DescribeTable: table('S', 'pk', 'sk'), Query: items }),
    ).rejects.toMatchObject({
      code: 'usage',
      message: 'job-ads has several items whose pk is ad:7',
      hint: 'they differ in sk: write the one that is meant to a file as JSON, --against FILE',
    })
  })

  const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/job-ads'
  test.each<[string, Record<string, Answer>, string, string, string | undefined]>([
    [
      'no table',
      { DescribeTable: refused('ResourceNotFoundException') },
      'usage',
      'there is no table job-ads in eu-west-1',
      'see --region, --profile and --endpoint-url',
    ],
    [
      'no permission to describe it',
      { DescribeTable: refused('AccessDeniedException') },
      'outside',
      'dynamodb:DescribeTable is not allowed on the table job-ads',
      'it takes dynamodb:DescribeTable and dynamodb:Query',
    ],
    [
      'no permission to read it',
      { DescribeTable: table('S', 'pk'), Query: refused('AccessDeniedException') },
      'outside',
      'dynamodb:Query is not allowed on the table job-ads',
      'it takes dynamodb:DescribeTable and dynamodb:Query',
    ],
    [
      'credentials that are none',
      { DescribeTable: refused('UnrecognizedClientException', 400, 'The token\nis invalid') },
      'outside',
      'the AWS credentials are not valid, or no longer (UnrecognizedClientException)',
      'renew them, as with aws sso login, or give --profile',
    ],
    [
      'a key of bytes',
      { DescribeTable: table('B', 'pk') },
      'usage',
      'the key of job-ads is binary, which no entity is',
      undefined,
    ],
  ])('%s', async (_, given, code, message, hint) => {
    await expect(ask(given)).rejects.toMatchObject({ code, message, hint })
  })

  test('an ARN is a name, and says the region', async () => {
    answers = { DescribeTable: table('S', 'pk'), Query: { body: { Items: [{ pk: { S: '7' } }] } } }
    asked = []
    const { region: _, ...nowhere } = options
    vi.stubEnv('AWS_REGION', undefined)
    const copy = await copyOf(`dynamodb-table://${arn}`, 'ad:7', { ...nowhere, endpointUrl })
    expect(copy).toMatchObject({ value: { pk: '7' } })
    expect(asked[0]?.body).toEqual({ TableName: arn })
  })
})

const hasMoto = spawnSync('moto_server', ['--help']).status === 0

describeWith('moto_server', hasMoto)('a table of an emulator', () => {
  let moto: ChildProcess
  let endpointUrl: string

  beforeAll(async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address() as AddressInfo
    await new Promise((done) => free.close(done))
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
    endpointUrl = `http://127.0.0.1:${port}`
    for (let tries = 0; tries < 100; tries++) {
      if (
        await fetch(`${endpointUrl}/moto-api/`).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        break
      await setTimeout(200)
    }
    await fill()
  }, 60_000)
  afterAll(() => moto.kill())

  async function fill() {
    const { DynamoDB } = await import('@aws-sdk/client-dynamodb')
    const client = new DynamoDB({ region: 'eu-west-1', endpoint: endpointUrl })
    const named = (names: readonly string[]) => ({
      KeySchema: names.map((AttributeName, n) => ({
        AttributeName,
        KeyType: n === 0 ? ('HASH' as const) : ('RANGE' as const),
      })),
      AttributeDefinitions: names.map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      BillingMode: 'PAY_PER_REQUEST' as const,
    })
    await client.createTable({ TableName: 'plain', ...named(['id']) })
    await client.createTable({ TableName: 'sorted', ...named(['pk', 'sk']) })
    const title = { S: 'Cook' }
    await client.putItem({ TableName: 'plain', Item: { id: { S: '7' }, title } })
    for (const sk of ['a', 'b']) {
      await client.putItem({ TableName: 'sorted', Item: { pk: { S: 'ad:7' }, sk: { S: sk } } })
    }
    const Item = { pk: { S: 'ad:8' }, sk: { S: 'a' }, title, big: { N: '9007199254740993' } }
    await client.putItem({ TableName: 'sorted', Item })
    client.destroy()
  }

  const copy = (table: string, entity: string) =>
    copyOf(`dynamodb-table://${table}`, entity, { ...options, endpointUrl })

  test('by its id, by kind and id, and not at all', async () => {
    expect((await copy('plain', 'ad:7')).value).toEqual({ id: '7', title: 'Cook' })
    const sorted = { pk: 'ad:8', sk: 'a', title: 'Cook', big: '9007199254740993' }
    expect(await copy('sorted', 'ad:8')).toMatchObject({ value: sorted, keys: ['pk', 'sk'] })
    expect((await copy('plain', 'ad:9')).value).toBeNull()
  })

  test('several, and no table', async () => {
    await expect(copy('sorted', 'ad:7')).rejects.toThrow('several items whose pk is ad:7')
    await expect(copy('none', 'ad:7')).rejects.toThrow('there is no table none in eu-west-1')
  })
})
