import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PageServer, servePage } from '../../src/serve/server.js'

// A page on loopback: who may read it, and how news of it come.

const policy = "default-src 'none'"
let server: PageServer
let port: number
beforeEach(async () => {
  server = await servePage({ port: 0, page: async () => ({ html: '<p>figures</p>', policy }) })
  port = Number(new URL(server.address).port)
})
afterEach(() => server.close())

interface Asked {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

async function ask({ path = '/', method = 'GET', headers = {} }: Asked = {}) {
  const asking = request({ host: '127.0.0.1', port, path, method, headers })
  asking.end()
  const [response] = await once(asking, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode, headers: response.headers, text }
}

test('the page comes with its policy, and nobody keeps it or puts it into a frame', async () => {
  const { status, headers, text } = await ask()
  expect([status, text]).toEqual([200, '<p>figures</p>'])
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  })
})

test.each<[string, Asked, number]>([
  ['by the name of this machine', { headers: { host: 'localhost:PORT' } }, 200],
  ['by another name that leads here', { headers: { host: 'evil.test:PORT' } }, 421],
  ['by another port', { headers: { host: '127.0.0.1:1' } }, 421],
  ['by its name with a point', { headers: { host: '127.0.0.1.:PORT' } }, 421],
  ['from a page of somebody else', { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
  [
    'by a link on such a page',
    { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' } },
    200,
  ],
  ['to write', { method: 'POST' }, 405],
  ['for a file', { path: '/../etc/passwd' }, 404],
])('who asks %s', async (_, { headers = {}, ...asked }, status) => {
  const named = Object.entries(headers).map(([name, value]) => {
    return [name, value.replace('PORT', `${port}`)] as const
  })
  const answer = await ask({ ...asked, headers: Object.fromEntries(named) })
  expect(answer.status).toBe(status)
  expect(answer.text.includes('figures')).toBe(status === 200)
})

test('nobody from elsewhere gets here', async () => {
  const others = Object.values(networkInterfaces()).flatMap((all = []) => all)
  const address = others.find(({ internal, family }) => !internal && family === 'IPv4')?.address
  if (address === undefined) return
  const socket = connect(port, address)
  const refused = await once(socket, 'connect').then(
    () => 'connected',
    (error) => error.code,
  )
  socket.destroy()
  expect(refused).toBe('ECONNREFUSED')
})

test('news reach who waits for them, until they go', async () => {
  const asking = request({ host: '127.0.0.1', port, path: '/updates' })
  asking.end()
  const [response] = await once(asking, 'response')
  response.setEncoding('utf8')
  expect(response.headers['content-type']).toBe('text/event-stream')
  expect((await once(response, 'data'))[0]).toContain('data: new\n\n')
  expect(server.readers).toBe(1)
  server.tell()
  expect((await once(response, 'data'))[0]).toBe('data: new\n\n')
  response.destroy()
  await expect.poll(() => server.readers).toBe(0)
})

test('who asks how the news look is answered, and waits for none', async () => {
  const { status, headers, text } = await ask({ path: '/updates', method: 'HEAD' })
  expect([status, headers['content-type'], text]).toEqual([200, 'text/event-stream', ''])
  expect(server.readers).toBe(0)
})

test('it ends at once, whoever waits', async () => {
  const asking = request({ host: '127.0.0.1', port, path: '/updates' })
  asking.on('error', () => undefined)
  asking.end()
  const [response] = await once(asking, 'response')
  response.on('error', () => undefined)
  await server.close()
  await expect(ask()).rejects.toThrow('ECONNREFUSED')
})

test('a port that is taken is told', async () => {
  const page = async () => ({ html: '', policy })
  await expect(servePage({ port, page })).rejects.toThrow(
    `cannot serve on 127.0.0.1:${port}: something else does already`,
  )
})
