import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../helpers/cli.js'

/** A bucket whose objects are events with their key as id; those of another may not be read. */
function bucket(): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    if (!url.startsWith('/large/')) response.writeHead(403).end()
    else response.end(JSON.stringify({ id: url.replace(/\?.*/, '') }))
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      done(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  })
}

async function evt(args: readonly string[], cwd: string) {
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  const child = spawn(process.execPath, [join(root, 'bin/run.js'), ...args], { cwd, env })
  const [out, err]: [string[], string[]] = [[], []]
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text))
  const code = await new Promise((done) => child.on('close', done))
  return { code, stdout: out.join(''), stderr: err.join('') }
}

test('claims are followed in S3, several at a time, and stderr stays empty', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'evt-claims-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const pointers = Array.from({ length: 200 }, (_, n) =>
    JSON.stringify([
      'software.amazon.payloadoffloading.PayloadS3Pointer',
      { s3BucketName: n % 10 === 9 ? 'forbidden' : 'large', s3Key: `a/${n}` },
    ]),
  )
  writeFileSync(join(folder, 'a.ndjson'), pointers.join('\n'))
  const s3 = ['--follow-claims', 's3', '--endpoint-url', await bucket(), '--region', 'eu-west-1']
  const map = ['--map', 'id=$.id']
  const run = await evt(['stats', 'a.ndjson', '-o', 'json', ...map, ...s3], folder)
  expect(run).toMatchObject({ code: 0, stderr: '' })
  const { read, total, findings } = JSON.parse(run.stdout)
  expect(read).toMatchObject({ records: 200, undecodable: 20 })
  expect(total).toMatchObject({ events: 180, distinct: 180 })
  expect(findings[0].witnesses[0]).toMatchObject({
    position: { path: 'a.ndjson', record: 10 },
    role: 'claim-check s3://forbidden/a/9 may not be read (403)',
  })
})
