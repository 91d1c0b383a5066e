import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openClaims } from '../../src/claims/open.js'
import { complete } from '../../src/envelopes/missing.js'
import type { Claim, Claims } from '../../src/envelopes/outside.js'

const { signal } = new AbortController()

async function textOf(claims: Claims, claim: Claim): Promise<string> {
  const found = await complete(() => claims.content(claim))
  return found.ok ? found.value.toString() : `! ${found.detail}`
}

describe('a folder', () => {
  let parent: string
  let claims: Claims
  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'evt-claims-'))
    const folder = join(parent, 'copy')
    mkdirSync(join(folder, 'large', 'a'), { recursive: true })
    writeFileSync(join(parent, 'secret'), 'secret')
    writeFileSync(join(folder, 'large', 'a', '1'), 'one')
    writeFileSync(join(folder, 'bare'), 'bare')
    symlinkSync(join(parent, 'secret'), join(folder, 'large', 'link'))
    claims = await openClaims('copy', { cwd: parent, signal })
  })
  afterAll(() => rmSync(parent, { recursive: true }))

  test.each([
    ['large', 'a/1', 'one'],
    ['another', 'bare', 'bare'],
    ['large', 'gone', '! is not in copy'],
    ['large', 'a', '! is not in copy'],
    ['large', 'a/1/b', '! is not in copy'],
    ['large', 'x'.repeat(5000), '! is not in copy'],
    ['large', '../../secret', '! has a name that leads out of copy'],
    ['..', 'secret', '! has a name that leads out of copy'],
    ['large', '..\\..\\secret', '! has a name that leads out of copy'],
    ['large', '/etc/passwd', '! has a name that leads out of copy'],
    ['large', 'C:\\secret', '! has a name that leads out of copy'],
    ['large', 'a\0', '! has a name that leads out of copy'],
    ['large', 'link', '! is a link out of the folder'],
  ])('%s %s', async (bucket, key, expected) => {
    expect(await textOf(claims, { bucket, key })).toBe(expected)
  })

  test('an address that is not of S3 is not fetched', async () => {
    const text = await textOf(claims, { address: 'https://example.com/a' })
    expect(text).toBe('! is not in S3, and is not fetched')
  })

  test('that is not there is wrong use', async () => {
    await expect(openClaims('nowhere', { cwd: parent, signal })).rejects.toMatchObject({
      code: 'usage',
      message: '--follow-claims nowhere is no folder',
    })
  })
})

describe('S3', () => {
  let server: Server
  let endpointUrl: string
  let asked: string[] = []

  beforeAll(async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
    server = createServer(({ url = '' }, response) => {
      asked.push(decodeURIComponent(url.replace(/\?.*/, '')))
      answer(url, response)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    server.closeAllConnections()
    server.close()
  })
  const open = (url = endpointUrl) =>
    openClaims('s3', { cwd: '.', signal, endpointUrl: url, region: 'eu-central-1' })

  test.each([
    ['large', 'a/1', 'one'],
    ['large', 'gone', '! is not there'],
    ['forbidden', 'a/1', '! may not be read (403)'],
    ['no-bucket', 'a/1', '! is not there: there is no such bucket'],
    ['large', 'huge', '! has 134,217,729 bytes, more than 134,217,728'],
    ['a/../b', 'a', '! is no name of an object in S3'],
    ['arn:aws:s3:::large', 'a', '! is no name of an object in S3'],
    ['large', '', '! is no name of an object in S3'],
  ])('%s %s', async (bucket, key, expected) => {
    expect(await textOf(await open(), { bucket, key })).toBe(expected)
  })

  test('one bucket that fails does not stop the rest, and nothing is fetched twice', async () => {
    asked = []
    const claims = await open()
    const buckets = ['forbidden', 'large', 'forbidden', 'large']
    const texts: string[] = []
    for (const bucket of buckets) texts.push(await textOf(claims, { bucket, key: 'a/1' }))
    expect(texts).toEqual(['! may not be read (403)', 'one', '! may not be read (403)', 'one'])
    expect(asked).toEqual(['/forbidden/a/1', '/large/a/1'])
  })

  test('records that wait for the same payload ask once', async () => {
    asked = []
    const claims = await open()
    const all = Array.from({ length: 5 }, () => textOf(claims, { bucket: 'large', key: 'a/1' }))
    expect(await Promise.all(all)).toEqual(['one', 'one', 'one', 'one', 'one'])
    expect(asked).toEqual(['/large/a/1'])
  })

  test('where nobody answers, the run ends', async () => {
    const claims = await open('http://127.0.0.1:9')
    const all = Array.from({ length: 10 }, (_, n) => ({ bucket: 'large', key: String(n) }))
    const reading = async () => {
      for (const claim of all) await textOf(claims, claim)
    }
    await expect(reading()).rejects.toMatchObject({
      code: 'outside',
      message: 'S3 does not answer: 10 calls in a row failed (ECONNREFUSED)',
    })
  })
})

function answer(url: string, response: ServerResponse): void {
  const fail = (status: number, code: string) => {
    response.writeHead(status, { 'content-type': 'application/xml' })
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`)
  }
  if (url.startsWith('/forbidden/')) fail(403, 'AccessDenied')
  else if (url.startsWith('/no-bucket/')) fail(404, 'NoSuchBucket')
  else if (url.startsWith('/large/huge')) {
    response.writeHead(200, { 'content-length': 128 * 1024 * 1024 + 1 })
    response.write('{')
  } else if (url.startsWith('/large/a/1')) response.end('one')
  else fail(404, 'NoSuchKey')
}
