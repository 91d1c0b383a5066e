import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import { isUncommonTime, type TimeForms, timeUs } from '../../src/engines/time-sql.js'
import { parseTime } from '../../src/event/time.js'
import { campaign } from '../helpers/campaign.js'

let duckdb: Duckdb

beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 1e9, threads: 2 })
})

afterAll(() => duckdb.close())

async function readBySql(texts: readonly string[], forms: TimeForms): Promise<(bigint | null)[]> {
  const sql = `SELECT ${timeUs('t', forms)} FROM (SELECT unnest(from_json(?, '["VARCHAR"]')) AS t)`
  const rows = await duckdb.rows(sql, [JSON.stringify(texts)])
  return rows.map(([us]) => (typeof us === 'bigint' ? us : null))
}

/** What the decoder reads, also beyond what evt uses: that is for {@link usableUs} to leave out. */
function read(text: string): bigint | 'format' | 'range' {
  const time = parseTime(text)
  if (time === null) return 'format'
  return 'timeUs' in time ? BigInt(time.timeUs) : time.fault
}

const common = [
  '2026-11-01T14:02:07Z',
  '2026-11-01T14:02:07.113Z',
  '2026-11-01T14:02:07.113456Z',
  '2026-11-01T14:02:07+02:00',
  '2026-11-01T14:02:07.113-05:30',
  '2026-11-01T14:02:07.113456+00:00',
  '1969-12-31T23:59:59.999999Z',
  '2024-02-29T23:59:59Z',
  '1793541727',
  '1793541727113',
  '1793541727113456',
]

const uncommon = [
  '2026-11-01T14:02:07.1Z',
  '2026-11-01T14:02:07.12Z',
  '2026-11-01T14:02:07.1234Z',
  '2026-11-01T14:02:07.12345Z',
  '2026-11-01T14:02:07.1234567Z',
  '2026-11-01T14:02:07.123456789+02:00',
  '1969-12-31T23:59:59.9999999Z',
  '2026-11-01T14:02:07.113456',
  '2026-11-01 14:02:07',
  '2026-11-01 14:02:07.113456+00',
  '2026-11-01T14:02:07+0530',
  '2026-11-01T14:02',
  '2026-11-01T14:02Z',
  '2026-11-01',
  '0',
  '1793541727.5',
  '1793541727.1134569',
  '1793541727113.456',
  '1793541727113456.9',
  '1793541727113456789',
  '20261101',
]

describe('what SQL reads in one query', () => {
  test('common forms', async () => {
    expect(await readBySql(common, 'common')).toEqual(common.map(read))
    expect(common.filter(isUncommonTime)).toEqual([])
  })

  test('all forms', async () => {
    expect(await readBySql([...common, ...uncommon], 'all')).toEqual(
      [...common, ...uncommon].map(read),
    )
    expect(uncommon.filter((text) => !isUncommonTime(text))).toEqual([])
    expect(await readBySql(uncommon, 'common')).toEqual(uncommon.map(() => null))
  })
})

const two = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 31 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 99 }) },
)
const parts = fc.tuple(
  fc.oneof(fc.integer({ min: 1950, max: 2100 }), fc.integer({ min: 0, max: 9999 })),
  fc.tuple(two, two, two, two, two),
  fc.constantFrom('T', 'T', 'T', 'T', ' ', 't', ''),
  fc.constantFrom('', '.', '.1', '.113', '.113456', '.1134567', '.113456789', ',5'),
  fc.constantFrom(
    'Z',
    'Z',
    'z',
    '',
    '+00:00',
    '-05:30',
    '+0530',
    '+05',
    '+24:00',
    '+02:60',
    ' Z',
    '+2',
  ),
)
const iso = parts.map(([year, numbers, separator, fraction, zone]) => {
  const [month, day, hour, minute, second] = numbers.map((n) => String(n).padStart(2, '0'))
  const date = `${String(year).padStart(4, '0')}-${month}-${day}`
  return `${date}${separator}${hour}:${minute}:${second}${fraction}${zone}`
})
const number = fc.stringMatching(/^-?[0-9]{1,21}(\.[0-9]{0,9})?$/)
const character = fc.constantFrom(...'0123456789-+:.TZ tze_%/', '\u0000', '٣', 'é', '\n')

/** One character more, less or other. */
const mutated = fc
  .tuple(fc.oneof(fc.constantFrom(...common, ...uncommon), iso), fc.nat(31), fc.nat(2), character)
  .map(([text, at, removed, inserted]) => text.slice(0, at) + inserted + text.slice(at + removed))

describe('whatever SQL reads is what the decoder reads', () => {
  test.each(['common', 'all'] as const)('%s forms, of 12,000 texts', async (forms) => {
    let [readable, bySql] = [0, 0]
    const texts = fc.array(fc.oneof(iso, number, mutated), {
      minLength: 400,
      maxLength: 400,
      size: 'max',
    })
    const property = fc.asyncProperty(texts, async (some) => {
      const found = await readBySql(some, forms)
      const pairs = some.map((text, n) => ({ text, us: found[n], read: read(text) }))
      const wrong = pairs.filter((p) => p.us !== null && p.read !== 'range' && p.us !== p.read)
      expect(wrong).toEqual([])
      const inRange = pairs.filter((pair) => typeof pair.read === 'bigint')
      readable += inRange.length
      bySql += inRange.filter(({ us }) => us !== null).length
    })
    await fc.assert(property, { numRuns: campaign(30), endOnFailure: true })
    // What is left are numbers below zero or with zeros before them, and what is hardly a time.
    if (forms === 'all') expect(bySql / readable).toBeGreaterThan(0.4)
  })
})
