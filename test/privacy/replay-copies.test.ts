import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'
import { KinesisDouble } from '../testbed/kinesis-double.js'
import { StreamModel } from '../testbed/stream-model.js'
import { CONFIG, event, line, SUBJECT } from './recorded-workload.js'

let at: Stage
let double: KinesisDouble
let model: StreamModel
let cache: string
beforeEach(async () => {
  model = new StreamModel('orders', 1)
  double = new KinesisDouble(model)
  await double.start()
  const made = stage()
  cache = join(made.work, 'cache', 'evt', 'replay')
  const aws = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-west-1' }
  const XDG_CACHE_HOME = join(made.work, 'cache')
  at = { ...made, env: { ...made.env, ...aws, XDG_CACHE_HOME, AWS_ENDPOINT_URL: double.url } }
  writeFileSync(join(at.work, 'evt.yaml'), CONFIG)
  writeFileSync(join(at.work, 'a.ndjson'), line(event('x', SUBJECT)) + line(event('y', 'u-1')))
})
afterEach(async () => {
  await double.stop()
  at.remove()
})

async function evt(...args: string[]) {
  const child = startEvt(args, at)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}
const plan = (...more: string[]) => {
  const of = ['--entity', `user:${SUBJECT}`, 'a.ndjson', '--max-share', '100%']
  return evt('gdpr', 'erase', ...of, '--plan', 'plan', ...more)
}
const apply = () => evt('gdpr', 'erase', '--apply', 'plan', '--yes')
const proof = () => JSON.parse(readFileSync(join(at.work, 'plan'), 'utf8'))

/** All bytes in the cache of replays, unpacked. */
function kept(): string {
  const found = readdirSync(cache, { recursive: true, withFileTypes: true })
  const files = found.flatMap((one) => (one.isFile() ? [join(one.parentPath, one.name)] : []))
  const bytes = files.map((file) => {
    return file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file)
  })
  return Buffer.concat(bytes).toString('latin1')
}

const slow = ['kinesis://orders', '--to', 'again.ndjson', '--no-mark', '--yes', '--rate', '2/s']
const again = () => {
  const file = join(at.work, 'again.ndjson')
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
}

/** Of the subject is every tenth. */
function putRecords(count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const user = n % 10 === 0 ? SUBJECT : `u-${n}-else`
    model.put(user, JSON.stringify(event(`e-${n}`, user)))
    return user
  })
}

test('what a replay of a stream keeps is erased with the archive, all others stay', async () => {
  const users = putRecords(200)
  const child = startEvt(['replay', ...slow], at)
  for (let tries = 0; tries < 1_000 && again().length < 5; tries++) await setTimeout(100)
  expect(kept()).toContain(SUBJECT)
  expect(await plan()).toMatchObject({ exit: 0 })
  const early = await apply()
  expect(early.exit).toBe(3)
  expect(early.err).toContain('sends what it has recorded of the subject')
  expect(early.err).toContain('let it end, or end it')
  child.kill('SIGKILL')
  await child.end
  const { exit, out } = await apply()
  expect({ exit, out }).toMatchObject({ exit: 0 })
  expect(out).toContain('in the cache of evt replay: 1 file written again')
  const left = kept()
  // What a record of Kinesis holds is in base64, its key is not.
  const data = [...left.matchAll(/"Data":"([^"]*)"/g)].map(([, text = '']) => text)
  const ids = data.map((text) => JSON.parse(Buffer.from(text, 'base64').toString()).user)
  expect(left.includes(SUBJECT)).toBe(false)
  expect(ids).toEqual(users.filter((one) => one !== SUBJECT))
  expect(proof()).toMatchObject({ replayCopies: { erased: 1, removed: 0 } })
  expect(await evt('gdpr', 'verify', 'plan')).toMatchObject({ exit: 0 })
})

test('what was not recorded to its end goes, and what is of others stays', async () => {
  const name = 'a'.repeat(32)
  const cut = join(cache, `${name}.recorded-999999-AbCdEf`)
  mkdirSync(join(cut, '_evt'), { recursive: true })
  writeFileSync(join(cut, '_evt', '1.part'), SUBJECT)
  const other = join(cache, `${'b'.repeat(32)}.recorded-999999-AbCdEf`)
  mkdirSync(join(other, 'p'), { recursive: true })
  writeFileSync(join(other, 'p', '1.ndjson'), line(event('z', 'u-1')))
  writeFileSync(join(cache, `${'b'.repeat(32)}.recorded.json`), JSON.stringify({ folder: other }))
  expect(await plan()).toMatchObject({ exit: 0 })
  const { exit, out } = await apply()
  expect({ exit, out }).toMatchObject({ exit: 0 })
  expect(out).toContain('in the cache of evt replay: 1 recording removed')
  expect([existsSync(cut), existsSync(other)]).toEqual([false, true])
})

test.each([
  ['is removed', [], false, { replayCopies: { erased: 0, removed: 1 } }],
  ['stays where it has to be kept, and the proof says so', ['--hold', 'kept'], true, {}],
])('what cannot be written again %s', async (_, more, isThere, expected) => {
  const folder = join(cache, `${'c'.repeat(32)}.recorded-999999-AbCdEf`)
  mkdirSync(folder, { recursive: true })
  const lines = `${line({ ...event('z', SUBJECT), type: 'kept' })}no JSON of ${SUBJECT}\n`
  writeFileSync(join(folder, '1.ndjson'), lines)
  writeFileSync(join(cache, `${'c'.repeat(32)}.recorded.json`), JSON.stringify({ folder }))
  writeFileSync(join(at.work, 'evt.yaml'), CONFIG.replace('"time"', '"type": "$.type", "time"'))
  expect(await plan(...more)).toMatchObject({ exit: 0 })
  expect(await apply()).toMatchObject({ exit: 0 })
  expect(existsSync(folder)).toBe(isThere)
  expect(proof()).toMatchObject(expected)
  const said = proof().completeness.some((one: string) => one.includes(folder))
  expect(said).toBe(isThere)
})

test('killed while it erases what replays keep, it goes on to the same', async () => {
  const name = 'd'.repeat(32)
  const folder = join(cache, `${name}.recorded-999999-AbCdEf`)
  mkdirSync(folder, { recursive: true })
  const files = Array.from({ length: 60 }, (_, n) => join(folder, `${n}.ndjson`))
  const other = (n: number) => line(event(`o-${n}`, `u-${n}`))
  const before = (n: number) => `${other(n)}${line(event(`s-${n}`, SUBJECT))}${other(n + 100)}`
  const after = (n: number) => `${other(n)}${other(n + 100)}`
  for (const [n, file] of files.entries()) writeFileSync(file, before(n))
  writeFileSync(join(cache, `${name}.recorded.json`), JSON.stringify({ folder }))
  expect(await plan()).toMatchObject({ exit: 0 })
  const journal = join(at.work, 'plan.journal')
  const stepsOf = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0)
  let inside = 0
  for (const share of [0.05, 0.3, 0.6]) {
    const child = startEvt(['gdpr', 'erase', '--apply', 'plan', '--yes'], at)
    // Each file has two steps, of two lines with the end of the one before.
    const until = share * files.length * 4
    for (let tries = 0; tries < 100_000 && stepsOf() < until; tries++) await setTimeout(1)
    child.kill('SIGKILL')
    await child.end
    const texts = files.map((file) => readFileSync(file, 'utf8'))
    for (const [n, text] of texts.entries()) expect([before(n), after(n)]).toContain(text)
    const left = texts.filter((text) => text.includes(SUBJECT)).length
    if (left > 0 && left < files.length) inside += 1
    expect(readFileSync(join(at.work, 'a.ndjson'), 'utf8').includes(SUBJECT)).toBe(left > 0)
  }
  expect(inside, 'kills while files were erased').toBeGreaterThan(0)
  expect(await apply()).toMatchObject({ exit: 0 })
  for (const [n, file] of files.entries()) expect(readFileSync(file, 'utf8')).toBe(after(n))
  expect(readdirSync(folder)).toHaveLength(files.length)
  expect(proof()).toMatchObject({ replayCopies: { erased: files.length, removed: 0 } })
  expect(await evt('gdpr', 'verify', 'plan')).toMatchObject({ exit: 0 })
})

test('journals in the cache that hold an identifier are named, and others are not', async () => {
  const above = join(cache, '..')
  const texts = {
    'redrive/1.ndjson': `{"schema":"evt.redrive-journal/1","from":"q","to":"t"}\n`,
    'redrive/2.ndjson': `{"id":"m-1","status":"failed","error":"no such user ${SUBJECT}"}\n`,
    'metrics/1.ndjson': '{"window":"2026-11-27T10:00:00.000Z","state":"done"}\n',
    'metrics/2.ndjson': `{"window":"${SUBJECT}"}\n`,
  }
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(join(above, name, '..'), { recursive: true })
    writeFileSync(join(above, name), text)
  }
  expect(await plan()).toMatchObject({ exit: 0 })
  const { exit, out } = await apply()
  expect({ exit, out }).toMatchObject({ exit: 0 })
  expect(out.match(/\S+(?= holds an identifier)/g)).toEqual([
    join(above, 'metrics/2.ndjson'),
    join(above, 'redrive/2.ndjson'),
  ])
  const sentences = proof().completeness.join('\n')
  expect(sentences).toContain('redrive/2.ndjson, which holds an identifier')
  expect(sentences).not.toContain('redrive/1.ndjson')
  expect(sentences).toContain('Not searched: what evt keeps in the caches of other users')
  expect(sentences).toContain('what evt replay --map read otherwise')
})
