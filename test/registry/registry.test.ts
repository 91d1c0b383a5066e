import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AvroTap } from '../../src/avro/tap.js'
import { complete } from '../../src/envelopes/missing.js'
import { openRegistry } from '../../src/registry/open.js'

const { signal } = new AbortController()
const record = { type: 'record', name: 'a.B', fields: [{ name: 'n', type: 'long' }] }
const uuid = '9c3e1d5a-4b2f-4c6d-8e7f-0a1b2c3d4e5f'

/** What a schema reads of one byte that stands for 1; else why there is none. */
async function read(place: string, id: string, cwd = '.', env = {}): Promise<unknown> {
  const schemas = await openRegistry(place, { cwd, env, signal })
  const found = await complete(() => schemas.reader(id))
  return found.ok ? found.value(new AvroTap(Buffer.from([2]))) : found.detail
}

describe('files', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'evt-registry-'))
    writeFileSync(join(folder, '7.avsc'), JSON.stringify(record))
    writeFileSync(join(folder, '8.avsc'), '{"type": "no such type"}')
    writeFileSync(join(folder, `${uuid}.avsc`), '"long"')
    const map = { 7: record, 8: JSON.stringify(record), 9: 'long', [uuid.toUpperCase()]: 'long' }
    writeFileSync(join(folder, 'map.json'), JSON.stringify({ ...map, 10: 7 }))
    writeFileSync(join(folder, 'list.json'), '[]')
    writeFileSync(join(folder, 'bad.json'), '{')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each([
    ['.', '7', { n: 1 }],
    ['.', uuid, 1],
    ['.', '8', 'is no readable Avro schema'],
    ['.', '9', 'is not in .: 9.avsc would be it'],
    ['map.json', '7', { n: 1 }],
    ['map.json', '8', { n: 1 }],
    ['map.json', '9', 1],
    ['map.json', uuid, 1],
    ['map.json', '10', 'is no readable Avro schema'],
    ['map.json', '11', 'is not in map.json'],
  ])('%s has for %s: %j', async (place, id, expected) => {
    expect(await read(place, id, folder)).toEqual(expected)
  })

  test.each([
    ['nowhere', 'is not there'],
    ['list.json', 'is no JSON object of schemas by their ids'],
    ['bad.json', 'is not JSON'],
    ['http://', 'is no URL'],
  ])('%s %s: wrong use', async (place, what) => {
    await expect(read(place, '7', folder)).rejects.toMatchObject({
      code: 'usage',
      message: `--schema-registry ${place} ${what}`,
    })
  })

  test('after a thousand that are not there, others are not looked for', async () => {
    const schemas = await openRegistry('map.json', { cwd: folder, env: {}, signal })
    for (let id = 100; id < 1100; id++) await complete(() => schemas.reader(String(id)))
    expect(schemas.reader('7')).toEqual({
      ok: false,
      detail: 'was not looked for, after 1,000 others were not found',
    })
  })
})

describe('a registry of Confluent', () => {
  const user = 'user:word'
  const answers: Record<string, [number, unknown]> = {
    '/schemas/ids/7': [200, { schema: JSON.stringify(record) }],
    '/schemas/ids/8': [
      200,
      { schema: '"a.B"', references: [{ name: 'a.B', subject: 'b/value', version: 3 }] },
    ],
    '/subjects/b%2Fvalue/versions/3': [200, { schema: JSON.stringify(record) }],
    '/schemas/ids/9': [200, { schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' }],
    '/schemas/ids/10': [200, 'no JSON of a schema'],
    '/schemas/ids/11': [
      200,
      { schema: '"c"', references: [{ name: 'c', subject: 'gone', version: 1 }] },
    ],
    '/schemas/ids/500': [500, {}],
  }
  let server: Server
  let url: string
  let asked = 0
  beforeAll(async () => {
    server = createServer(({ url: path = '', headers }, response) => {
      asked += 1
      const basic = `Basic ${Buffer.from(user).toString('base64')}`
      const isUnknown = headers.authorization !== undefined && headers.authorization !== basic
      const [status, body] = isUnknown ? [401, {}] : (answers[path] ?? [404, { error_code: 40403 }])
      response.writeHead(status)
      response.end(JSON.stringify(body))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  test('gives schemas, with what they refer to, or says why not', async () => {
    expect(await read(`${url}/`, '7')).toEqual({ n: 1 })
    expect(await read(url, '7', '.', { EVT_SCHEMA_REGISTRY_AUTH: user })).toEqual({ n: 1 })
    expect(await read(url, '8')).toEqual({ n: 1 })
    expect(await read(url, '9')).toBe('is of the kind PROTOBUF, and the data are no JSON')
    expect(await read(url, '10')).toBe(`is answered by ${url} with what is no schema`)
    expect(await read(url, '11')).toBe('refers to gone version 1, which is not in its registry')
    expect(await read(url, '12')).toBe(`is not in ${url}`)
    expect(await read(url, uuid)).toBe(
      `is one of Glue, which ${url} is not asked for: save it as a file`,
    )
  })

  test('that fails or refuses ends the run', async () => {
    asked = 0
    await expect(read(url, '500')).rejects.toMatchObject({
      code: 'outside',
      message: `the schema registry ${url} answers with status 500`,
    })
    expect(asked).toBe(3)
    await expect(
      read(url, '7', '.', { EVT_SCHEMA_REGISTRY_AUTH: 'user:wrong' }),
    ).rejects.toMatchObject({
      code: 'outside',
      message: `the schema registry ${url} refuses access (401)`,
    })
    await expect(read('http://a:b@127.0.0.1', '7')).rejects.toMatchObject({ code: 'usage' })
  })
})
