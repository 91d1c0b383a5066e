import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Register, type RegisterLine, registerFile } from '../../src/erased/register.js'
import { requestsIn } from '../../src/erased/requests.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evt-register-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = '2026-11-01T00:00:00.000Z'

describe('the register', () => {
  test('knows who was erased, and names nobody', async () => {
    const file = join(folder, 'kept', 'erased.ndjson')
    const empty = await Register.open(file)
    expect(empty.hasAny(['user:u-4711'])).toBe(false)
    await empty.add(await empty.linesOf(['user:u-4711'], at))
    const register = await Register.open(file)
    expect(register.hasAny(['user:43', 'user:u-4711'])).toBe(true)
    expect(register.hasAny(['user:43', 'friend:u-4711'])).toBe(false)
    for (const name of [file, `${file}.key`]) {
      expect(readFileSync(name, 'utf8')).not.toContain('4711')
      expect(statSync(name).mode & 0o777).toBe(0o600)
    }
  })

  test('is added to once, and goes on behind a line that was cut', async () => {
    const file = join(folder, 'erased.ndjson')
    const first = await Register.open(file)
    await first.add(await first.linesOf(['user:1'], at))
    writeFileSync(file, `${readFileSync(file, 'utf8')}{"is":"done","requ`)
    for (const entity of ['user:1', 'user:2', 'user:2']) {
      const register = await Register.open(file)
      await register.add(await register.linesOf([entity], '2026-12-01T00:00:00.000Z'))
    }
    const { lines } = await Register.open(file)
    expect(lines.map((line) => line.at)).toEqual([at, '2026-12-01T00:00:00.000Z'])
  })

  test('forgets nothing: what is withdrawn stays, and may be erased again', async () => {
    const file = join(folder, 'erased.ndjson')
    const add = async (entity: string) => {
      const register = await Register.open(file)
      await register.add(await register.linesOf([entity], at))
    }
    const withdraw = async (what: string) =>
      (await Register.open(file)).withdraw(what, { at, reason: 'a mistake' })
    await add('user:1')
    await add('user:2')
    expect(await withdraw('user:3')).toBe(false)
    expect(await withdraw('user:1')).toBe(true)
    expect(await withdraw('user:1')).toBe(false)
    const register = await Register.open(file)
    expect(register.hasAny(['user:1'])).toBe(false)
    expect(register.hasAny(['user:2'])).toBe(true)
    expect(register.size).toBe(1)
    await add('user:1')
    const again = await Register.open(file)
    expect(again.hasAny(['user:1'])).toBe(true)
    expect(again.lines.map(({ is }) => is)).toEqual(['erased', 'erased', 'withdrawn', 'erased'])
  })

  test('adds up what is held of somebody, until they are withdrawn', async () => {
    const file = join(folder, 'erased.ndjson')
    const erase = async (...holds: string[]) => {
      const register = await Register.open(file)
      await register.add(await register.linesOf(['user:1'], at, holds))
      return (await Register.open(file)).lines.length
    }
    expect(await erase('invoice.*')).toBe(1)
    expect(await erase()).toBe(1)
    expect(await erase('invoice.*')).toBe(1)
    expect(await erase('tax.filed')).toBe(2)
    const held = await Register.open(file)
    const types = ['invoice.sent', 'tax.filed', 'tax.due']
    expect(types.map((type) => held.isHeld(type, ['user:2', 'user:1']))).toEqual([
      true,
      true,
      false,
    ])
    expect(held.isHeld('invoice.sent', ['user:2'])).toBe(false)
    await held.withdraw('user:1', { at, reason: 'a mistake' })
    await erase()
    expect((await Register.open(file)).isHeld('invoice.sent', ['user:1'])).toBe(false)
  })

  test.each(['', 'ab'])('takes no %j for a key', async (left) => {
    const file = join(folder, 'erased.ndjson')
    writeFileSync(`${file}.key`, left)
    const register = await Register.open(file)
    await register.add(await register.linesOf(['user:1'], at))
    expect(readFileSync(`${file}.key`, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
    expect((await Register.open(file)).hasAny(['user:1'])).toBe(true)
  })

  test.each([
    ['the user’s data', undefined, '/data/evt/erased.ndjson'],
    ['beside evt.yaml', 'kept.ndjson', '/shop/conf/kept.ndjson'],
    ['where it is said', '/kept.ndjson', '/kept.ndjson'],
  ])('lies in %s', (_, register, wanted) => {
    const config = { file: 'conf/evt.yaml', privacy: register === undefined ? {} : { register } }
    const env = { XDG_DATA_HOME: '/data' }
    expect(registerFile({ config, cwd: '/shop', env })).toBe(wanted)
  })
})

describe('requests', () => {
  const asked = (request: string, receivedAt: string): RegisterLine => {
    return { is: 'asked', request, right: 'erasure', at: receivedAt, file: 'p' }
  }

  test.each([
    ['2026-01-31T10:00:00.000Z', '2026-02-28T10:00:00.000Z'],
    ['2028-01-31T10:00:00.000Z', '2028-02-29T10:00:00.000Z'],
    ['2026-12-15T00:00:00.000Z', '2027-01-15T00:00:00.000Z'],
  ])('of %s are due at %s', (received, due) => {
    expect(requestsIn([asked('a', received)], 0)).toMatchObject([{ dueAt: due, state: 'open' }])
  })

  test('that were withdrawn are neither open nor overdue', () => {
    const lines: RegisterLine[] = [
      asked('a', '2026-01-01T00:00:00.000Z'),
      { is: 'withdrawn', request: 'a', at, reason: 'a mistake' },
    ]
    expect(requestsIn(lines, Date.parse(at))).toMatchObject([
      { state: 'withdrawn', withdrawn: { at, reason: 'a mistake' } },
    ])
  })

  test('come by when they are due, those that are done last', () => {
    const lines: RegisterLine[] = [
      asked('late', '2026-01-01T00:00:00.000Z'),
      asked('done', '2026-01-02T00:00:00.000Z'),
      asked('open', '2026-11-01T00:00:00.000Z'),
      asked('over', '2026-02-01T00:00:00.000Z'),
      { is: 'done', request: 'late', at: '2026-06-01T00:00:00.000Z' },
      { is: 'done', request: 'done', at: '2026-01-03T00:00:00.000Z' },
    ]
    const found = requestsIn(lines, Date.parse('2026-11-26T00:00:00.000Z'))
    expect(found.map(({ request, state }) => `${request} ${state}`)).toEqual([
      'over overdue',
      'open open',
      'late done late',
      'done done',
    ])
  })
})
