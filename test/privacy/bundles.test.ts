import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fromBufferPromise } from 'yauzl'
import { verifyBundle, verifyFailure } from '../../src/privacy/verify.js'
import { type Stage, stage } from '../cases/run-case.js'

let at: Stage

beforeEach(() => {
  at = stage()
  const event = { id: '1', type: 'order.placed', source: 'shop', user: 'u-4711' }
  const others = [43, 44, 45].map((user) => ({ ...event, id: user, user: `u-${user}` }))
  const lines = [event, ...others].map((one) => `${JSON.stringify(one)}\n`)
  writeFileSync(join(at.work, 'a.ndjson'), lines.join(''))
  const mapping = '{ id: $.id, type: $.type, source: $.source, entities: { user: $.user } }'
  writeFileSync(join(at.work, 'evt.yaml'), `events: { "*": ${mapping} }\n`)
})
afterEach(() => at.remove())

function evt(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('evt', args, { cwd: at.work, env: at.env })
  return { status, stdout: String(stdout), stderr: String(stderr) }
}

const extracted = (...args: string[]) =>
  evt('gdpr', 'extract', '--entity', 'user:u-4711', 'a.ndjson', '--max-share', '50%', ...args)
const verified = (bundle: string, ageIdentity?: string) =>
  verifyBundle(bundle, {
    ...{ cwd: at.work, ageIdentity, aws: undefined, signal: new AbortController().signal },
  })

function flip(bytes: Buffer, place: number, bit = 0): void {
  bytes.writeUInt8(bytes.readUInt8(place) ^ (1 << bit), place)
}

test('a mark of the order of bytes before the manifest is a change', async () => {
  extracted('--to', 'b')
  const manifest = join(at.work, 'b', 'manifest.json')
  writeFileSync(manifest, `\uFEFF${readFileSync(manifest, 'utf8')}`)
  const faults = [{ name: 'manifest.json', fault: 'is not what evt wrote' }]
  expect(await verified('b')).toMatchObject({ intact: false, faults })
})

test('a plan from before what events point to was told of is applied', async () => {
  const [entity, share] = [
    ['--entity', 'user:u-4711'],
    ['--max-share', '50%'],
  ]
  evt('gdpr', 'erase', ...entity, 'a.ndjson', '--plan', 'p', ...share)
  const {
    claims: _,
    chainSha256: _c,
    ...plan
  } = JSON.parse(readFileSync(join(at.work, 'p'), 'utf8'))
  const chainSha256 = createHash('sha256').update(JSON.stringify(plan)).digest('hex')
  writeFileSync(join(at.work, 'p'), `${JSON.stringify({ ...plan, chainSha256 }, null, 2)}\n`)
  expect(evt('gdpr', 'erase', '--apply', 'p', '--yes')).toMatchObject({ status: 0 })
  expect(readFileSync(join(at.work, 'a.ndjson'), 'utf8')).not.toContain('u-4711')
  expect(evt('gdpr', 'verify', 'p')).toMatchObject({ status: 0 })
})

test('an extract that is interrupted leaves neither a bundle nor a key', async () => {
  const before = readdirSync(at.work)
  const args = ['gdpr', 'extract', '--entity', 'user:u-4711', '-', '--to', 'b']
  const child = spawn('evt', args, { cwd: at.work, env: at.env, stdio: ['pipe', 'pipe', 'pipe'] })
  const end = once(child, 'close')
  // What is written has been read when more than a pipe holds is taken.
  const text = readFileSync(join(at.work, 'a.ndjson'), 'utf8').repeat(20_000)
  await new Promise((resolve) => child.stdin.write(text, resolve))
  child.kill('SIGINT')
  const [exit] = await end
  expect([exit, readdirSync(at.work)]).toEqual([130, before])
})

test('a byte that was changed in any file of a bundle is found there', async () => {
  expect(extracted('--to', 'b', '--format', 'portable')).toMatchObject({ status: 0 })
  const names = readdirSync(join(at.work, 'b'))
  expect(names.sort()).toEqual([
    ...['events.csv', 'events.ndjson', 'manifest.json', 'report.html', 'report.md'],
  ])
  for (const name of names) {
    const file = join(at.work, 'b', name)
    const bytes = readFileSync(file)
    for (const place of [0, Math.floor(bytes.length / 2), bytes.length - 1]) {
      for (const bit of [0, 5]) {
        const changed = Buffer.from(bytes)
        flip(changed, place, bit)
        writeFileSync(file, changed)
        const { faults } = await verified('b')
        expect(faults, `${name} ${place}`).toMatchObject([{ name }])
      }
    }
    writeFileSync(file, bytes)
  }
  expect(await verified('b')).toMatchObject({ intact: true })
})

describe('a bundle that is one file', () => {
  test('is a zip file that others read, with what a folder has', async () => {
    expect(extracted('--to', 'b.zip')).toMatchObject({ status: 0 })
    expect(extracted('--to', 'b')).toMatchObject({ status: 0 })
    const zip = await fromBufferPromise(readFileSync(join(at.work, 'b.zip')))
    const names: string[] = []
    for await (const { fileName } of zip.eachEntry()) names.push(fileName)
    expect(names.sort()).toEqual(readdirSync(join(at.work, 'b')).sort())
    expect(spawnSync('python3', ['-m', 'zipfile', '-t', 'b.zip'], { cwd: at.work }).status).toBe(0)
    expect(await verified('b.zip')).toMatchObject({ intact: true, files: 3, matched: 1 })
    expect(readdirSync(at.work).filter((name) => name.includes('part'))).toEqual([])
  })

  test('in which one byte was changed is never intact', async () => {
    extracted('--to', 'b.zip')
    const bytes = readFileSync(join(at.work, 'b.zip'))
    const broken = join(at.work, 'c.zip')
    // Every byte of what is around the files, and one in 13 of what is in them.
    const start = bytes.indexOf('PK\u0001\u0002')
    const places = [...bytes.keys()].filter((n) => n < 60 || n >= start || n % 13 === 0)
    for (const place of places) {
      const changed = Buffer.from(bytes)
      changed[place] = (changed[place] ?? 0) ^ (1 << (place % 8))
      writeFileSync(broken, changed)
      const result = await verified('c.zip').then(verifyFailure, (error: unknown) => error)
      expect(result, `byte ${place}`).toMatchObject({ code: 'gate' })
    }
  })

  test('names the file in which a byte was changed', async () => {
    extracted('--to', 'b.zip')
    const bytes = readFileSync(join(at.work, 'b.zip'))
    const name = bytes.indexOf('report.md')
    flip(bytes, name + 'report.md'.length + 40)
    writeFileSync(join(at.work, 'b.zip'), bytes)
    const { faults } = await verified('b.zip')
    expect(faults).toEqual([{ name: 'report.md', fault: 'has been changed' }])
  })

  test('is never written over, and its key is not either', () => {
    writeFileSync(join(at.work, 'b.zip'), 'mine')
    expect(extracted('--to', 'b.zip').stderr).toContain('b.zip is there already')
    expect(readFileSync(join(at.work, 'b.zip'), 'utf8')).toBe('mine')
    writeFileSync(join(at.work, 'c.zip.key'), 'mine')
    expect(extracted('--to', 'c.zip').stderr).toContain('c.zip.key is there already')
    expect(existsSync(join(at.work, 'c.zip'))).toBe(false)
  })

  test('is what the evidence of an erasure can be, too', async () => {
    const plan = ['--entity', 'user:u-4711', 'a.ndjson', '--max-share', '50%', '--plan', 'p']
    expect(evt('gdpr', 'erase', ...plan)).toMatchObject({ status: 0 })
    const apply = ['--apply', 'p', '--yes', '--to', 'e.zip']
    expect(evt('gdpr', 'erase', ...apply)).toMatchObject({ status: 0 })
    expect(await verified('e.zip')).toMatchObject({ intact: true, matched: 1, changedSince: [] })
  })
})

describe('an encrypted bundle', () => {
  const keys = async () => {
    const [mine, backup, other] = await Promise.all([1, 2, 3].map(() => generateIdentity()))
    if (!mine || !backup || !other) throw new Error('no keys')
    writeFileSync(join(at.work, 'mine.txt'), `# a remark\n${mine}\n`)
    writeFileSync(join(at.work, 'other.txt'), `${other}\n`)
    return { mine, backup, recipients: await Promise.all([mine, backup].map(identityToRecipient)) }
  }
  const encrypted = async (to: string) => {
    const made = await keys()
    const flags = made.recipients.flatMap((one) => ['--age-recipient', one])
    expect(extracted('--to', to, '--format', 'portable', ...flags)).toMatchObject({ status: 0 })
    return made
  }

  test('is read by each of its keys, and says what anybody can read', async () => {
    const { mine, backup, recipients } = await encrypted('b')
    for (const key of [mine, backup]) {
      const decrypter = new Decrypter()
      decrypter.addIdentity(key)
      const secret = readFileSync(join(at.work, 'b', 'events.ndjson.age'))
      expect(await decrypter.decrypt(secret, 'text')).toContain('"user":"u-4711"')
    }
    const manifest = readFileSync(join(at.work, 'b', 'manifest.json'), 'utf8')
    expect(manifest).not.toContain('u-4711')
    expect(JSON.parse(manifest)).toMatchObject({
      encryption: { format: 'age-encryption.org/v1', recipients, readable: ['manifest.json'] },
    })
    const names = readdirSync(join(at.work, 'b')).filter((name) => !name.endsWith('.age'))
    expect(names).toEqual(['manifest.json'])
  })

  test.each(['b', 'b.zip'])('%s is verified without a key, and read with one', async (bundle) => {
    await encrypted(bundle)
    expect(await verified(bundle)).toMatchObject({ intact: true, encrypted: 'notTried' })
    const read = await verified(bundle, 'mine.txt')
    expect(read).toMatchObject({ intact: true, encrypted: 'readable' })
    expect(verifyFailure(read)).toBeUndefined()
    const unread = await verified(bundle, 'other.txt')
    expect(unread).toMatchObject({ intact: true, encrypted: 'unreadable' })
    expect(verifyFailure(unread)).toMatchObject({ code: 'gate' })
  })

  test('in which one byte was changed is not intact', async () => {
    await encrypted('b')
    const file = join(at.work, 'b', 'report.md.age')
    const bytes = readFileSync(file)
    flip(bytes, bytes.length - 1)
    writeFileSync(file, bytes)
    const { faults } = await verified('b', 'mine.txt')
    expect(faults).toEqual([{ name: 'report.md.age', fault: 'has been changed' }])
  })

  test('is refused for what is no key, which is not repeated', () => {
    const bad = extracted('--to', 'b', '--age-recipient', 'AGE-SECRET-KEY-1QQQ')
    expect(bad).toMatchObject({ status: 2, stdout: '' })
    expect(bad.stderr).toContain('no public key of age')
    expect(bad.stderr).not.toContain('QQQ')
    expect(existsSync(join(at.work, 'b'))).toBe(false)
  })
})
