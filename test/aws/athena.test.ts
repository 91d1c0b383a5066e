import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Athena, type ResultPage } from '../../src/aws/athena.js'
import { EvtError } from '../../src/errors.js'
import { AthenaDouble, type Execute } from '../testbed/athena-double.js'
import { byDuckdb } from '../testbed/athena-duckdb.js'

const results = { ResultConfiguration: { OutputLocation: 's3://acme/results/' } }
let double: AthenaDouble
let athena: Athena
let abort: AbortController

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  double = new AthenaDouble(byDuckdb)
  await double.start()
  double.workgroups.set('evt', { Name: 'evt', Configuration: results })
  abort = new AbortController()
  athena = await Athena.open({
    ...{ endpointUrl: double.url, region: 'eu-west-1', workgroup: 'evt' },
    ...{ signal: abort.signal, firstLookMs: 1 },
  })
})

afterEach(async () => {
  athena.close()
  await double.stop()
  vi.unstubAllEnvs()
})

async function pagesOf(sql: string, values: readonly string[] = []): Promise<ResultPage[]> {
  const { id } = await athena.run({ sql, values })
  const pages: ResultPage[] = []
  for await (const page of athena.pages(id)) pages.push(page)
  return pages
}

/** What a query that fails so is said to be. */
async function failed(message: string, sql = 'SELECT 1'): Promise<EvtError> {
  double.execute = () => Promise.reject(new Error(message))
  return failureOf(sql)
}

async function failureOf(sql = 'SELECT 1'): Promise<EvtError> {
  const error: unknown = await athena.run({ sql }).catch((reason: unknown) => reason)
  return error instanceof EvtError ? error : expect.fail(`no EvtError: ${error}`)
}

describe('results', () => {
  test('come in pages, without the row of names', async () => {
    const pages = await pagesOf('SELECT * FROM range(2500) AS t (n)')
    expect(pages.map(({ rows }) => rows.length)).toEqual([999, 1000, 501])
    expect(pages.flatMap(({ rows }) => rows.map(([n]) => Number(n)))).toEqual(
      Array.from({ length: 2500 }, (_, n) => n),
    )
    expect(pages[2]?.columns).toEqual([{ name: 'n', type: 'bigint', scale: 0 }])
  })

  test('tell NULL from an empty text, and a name from a row of it', async () => {
    const [page] = await pagesOf(`VALUES (NULL, ''), ('col0', 'col1')`)
    expect(page?.rows).toEqual([
      [null, ''],
      ['col0', 'col1'],
    ])
  })

  test('there may be none', async () => {
    expect((await pagesOf('SELECT 1 AS n WHERE false')).map(({ rows }) => rows)).toEqual([[]])
  })

  test('have values apart from the SQL, and are never those of an earlier query', async () => {
    const sql = `SELECT a FROM (VALUES ('it''s', 7), ('its', 7)) AS t (a, b) WHERE a = ? AND b = ?`
    const [page] = await pagesOf(sql, [`'it''s'`, '7'])
    expect(page?.rows).toEqual([[`it's`]])
    const [start] = double.calls.filter(({ operation }) => operation === 'StartQueryExecution')
    expect(start?.request).toMatchObject({
      QueryString: sql,
      ExecutionParameters: [`'it''s'`, '7'],
      ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: false } },
    })
  })

  test('that are gone are said to be', async () => {
    const { id } = await athena.run({ sql: 'SELECT 1' })
    double.isExpired = true
    await expect(athena.pages(id).next()).rejects.toMatchObject({
      message:
        'athena:GetQueryResults fails on the workgroup evt (InvalidRequestException): ' +
        'Could not find results',
      hint: 'it was billed, and its results are no longer where results go: ask again',
      code: 'outside',
    })
  })
})

describe('what may pass', () => {
  test('a service that is asked too often', async () => {
    double.throttles = 5
    expect((await pagesOf('SELECT 1')).length).toBe(1)
  })

  test('an answer that was lost: it is the same query when it is asked again', async () => {
    let lost = 0
    double.loses = (operation) => operation === 'StartQueryExecution' && lost++ === 0
    expect((await pagesOf('SELECT 1')).length).toBe(1)
    expect(double.asked).toEqual(['SELECT 1'])
  })

  test('states are told as they change', async () => {
    const states: string[] = []
    await athena.run({ sql: 'SELECT 1' }, ({ state }) => states.push(state))
    expect(states).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED'])
  })
})

describe('what fails', () => {
  test.each([
    [
      `SYNTAX_ERROR: line 2:8: Column 'x' cannot be resolved`,
      `the query is wrong: line 2: Column 'x' cannot be resolved`,
      'usage',
      'select x',
    ],
    [
      'Insufficient permissions: Access Denied (Service: Amazon S3; Status Code: 403)',
      'Athena is not allowed to run the query: ' +
        'Insufficient permissions: Access Denied (Service: Amazon S3; Status Code: 403)',
      'outside',
      'it takes s3:GetObject and s3:ListBucket on the archive, s3:PutObject where results go',
    ],
    [
      'User: x is not authorized to perform: glue:GetPartitions on resource: arn:aws:glue:x',
      'Athena is not allowed to run the query: ' +
        'User: x is not authorized to perform: glue:GetPartitions on resource: arn:aws:glue:x',
      'outside',
      'it takes glue:GetPartitions',
    ],
    [
      'Query exhausted resources at this scale factor',
      'the query failed: Query exhausted resources at this scale factor',
      'outside',
      undefined,
    ],
  ])('%s', async (reason, message, code, hint) => {
    const error = await failed(reason, 'select\nselect x')
    expect([error.message, error.code, error.hint]).toEqual([message, code, hint])
  })

  test('more is scanned than the workgroup lets a query', async () => {
    const Configuration = { ...results, BytesScannedCutoffPerQuery: 10_000_000 }
    double.workgroups.set('evt', { Configuration })
    const rows: Execute = async () => ({ columns: [], rows: [], scannedBytes: 10_000_001 })
    double.execute = rows
    expect((await failureOf()).message).toBe(
      'the query was ended by the limit of its workgroup: Bytes scanned limit was exceeded',
    )
  })

  test('nobody says where results go', async () => {
    double.workgroups.set('evt', { Configuration: {} })
    expect((await failureOf()).message).toBe(
      'athena:StartQueryExecution fails on the workgroup evt (InvalidRequestException): ' +
        'No output location provided. An output location is required',
    )
  })

  test('somebody may not ask', async () => {
    const message =
      'User: arn:aws:iam::123456789012:user/x is not authorized to perform: ' +
      'athena:StartQueryExecution on resource: arn:aws:athena:eu-west-1:123456789012:workgroup/evt'
    double.refuses = () => ({ type: 'AccessDeniedException', message })
    const error = await failureOf()
    expect(error.message).toBe('athena:StartQueryExecution is not allowed on the workgroup evt')
    expect(error.hint).toMatch(/^it takes athena:StartQueryExecution, .*glue:GetTable/)
  })

  test('somebody may not see the table', async () => {
    const arn = 'arn:aws:glue:eu-west-1:123456789012:table/events/lines'
    const who = 'User: arn:aws:iam::123456789012:user/x is not authorized to perform: '
    double.refuses = () => ({
      type: 'AccessDeniedException',
      message: `${who}glue:GetTable on resource: ${arn} because no policy allows it`,
    })
    const error: unknown = await athena.table('events', 'lines').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ message: `glue:GetTable is not allowed on ${arn}` })
  })

  test('the SQL is longer than Athena takes', async () => {
    const error = await failureOf(`SELECT '${'x'.repeat(262_144)}'`)
    expect(error.message).toBe('the query is of 262,153 bytes, more than Athena takes')
    expect(double.calls).toEqual([])
  })
})

test('an interruption stops the query, which would be billed', async () => {
  double.looks = 1_000_000
  const running = athena.run({ sql: 'SELECT 1' }, () => abort.abort())
  await expect(running).rejects.toMatchObject({
    message: 'interrupted: the query is stopped',
    code: 'interrupted',
  })
  expect(double.calls.at(-1)?.operation).toBe('StopQueryExecution')
})

test('an interruption ends the pages', async () => {
  const { id } = await athena.run({ sql: 'SELECT * FROM range(2500) AS t (n)' })
  let pages = 0
  for await (const _ of athena.pages(id)) {
    pages += 1
    abort.abort()
  }
  expect(pages).toBe(1)
})

test('a query that cannot be looked at is stopped', async () => {
  double.looks = 1_000_000
  const message = 'not authorized to perform: athena:GetQueryExecution'
  double.refuses = (operation) =>
    operation === 'GetQueryExecution' ? { type: 'AccessDeniedException', message } : undefined
  await expect(athena.run({ sql: 'SELECT 1' })).rejects.toMatchObject({ code: 'outside' })
  expect(double.calls.at(-1)?.operation).toBe('StopQueryExecution')
})

test('somebody else cancelled it', async () => {
  double.looks = 1_000_000
  const running = athena.run({ sql: 'SELECT 1' })
  await vi.waitUntil(() => double.calls.some(({ operation }) => /GetQueryExec/.test(operation)))
  double.cancelAll()
  await expect(running).rejects.toMatchObject({
    message: 'the query was cancelled by somebody else',
  })
})
