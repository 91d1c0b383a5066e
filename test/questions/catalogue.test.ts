import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { parseQuestion, questionNamed, readCatalogue } from '../../src/questions/catalogue.js'
import { boundValues, parseParameter } from '../../src/questions/parameters.js'
import { querySql } from '../../src/questions/query.js'
import { caseFiles } from '../cases/case-file.js'
import { bareSql, unshared } from './subset.js'

const catalogue = await readCatalogue()

/** The questions that some case asks and gets rows for: a header alone proves no number. */
const proven = new Set(
  caseFiles(fileURLToPath(new URL('../cases/', import.meta.url)))
    .flatMap(({ cases }) => cases)
    .filter(({ exit, stdout = '' }) => exit === 0 && stdout.trimEnd().includes('\n'))
    .flatMap(({ line }) => [...line.matchAll(/evt query ([a-z-]+\/[a-z-]+)/g)])
    .map(([, name]) => name),
)

describe.each(catalogue)('$name', ({ name, title, question, sql, parameters }) => {
  test('says what it is', () => {
    expect(title).not.toBe('')
    expect(question).toMatch(/\?$/)
    for (const { name: param, description } of parameters) {
      expect(sql, `$${param} is asked with`).toContain(`$${param}`)
      expect(description, param).not.toBe('')
    }
    const used = [...bareSql(sql).matchAll(/\$(\w+)/g)].map(([, param]) => param)
    expect(new Set(used)).toEqual(new Set(parameters.map((each) => each.name)))
  })

  test('keeps to what DuckDB and Trino share', () => {
    const bare = bareSql(sql)
    for (const [pattern, instead] of unshared) expect(bare, instead).not.toMatch(pattern)
  })

  test('has a case with rows', () => {
    expect(proven, `${name} in test/cases/query-*.yaml`).toContain(name)
  })

  test('is in a total order', () => {
    expect(bareSql(sql)).toMatch(/\nORDER BY .*(\nLIMIT \$\w+)?$/)
  })
})

test('so does what the view flow_steps is made of', async () => {
  const bare = bareSql(await querySql('stats/flow-steps'))
  for (const [pattern, instead] of unshared) expect(bare, instead).not.toMatch(pattern)
})

test('the catalogue is worth having', () => {
  expect(catalogue.length).toBeGreaterThanOrEqual(40)
})

describe('a folder of one’s own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evt-queries-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('adds questions, and replaces those of the same name', async () => {
    writeFileSync(join(folder, 'mine.sql'), '-- title: Mine\nSELECT 1 AS one;\n')
    const all = await readCatalogue([folder])
    expect(all.length).toBe(catalogue.length + 1)
    expect(questionNamed(all, 'mine')).toMatchObject({
      title: 'Mine',
      engines: ['duckdb', 'athena'],
    })
  })

  test('that is not there is named', async () => {
    await expect(readCatalogue([join(folder, 'none')])).rejects.toThrow(/none cannot be read/)
  })
})

describe('names', () => {
  test.each([
    ['by-window', 'latency/by-window'],
    ['duplicates/by-id', 'duplicates/by-id'],
  ])('%s', (name, found) => {
    expect(questionNamed(catalogue, name).name).toBe(found)
  })

  test.each([
    ['by-type', 'by-type is the name of 3 queries'],
    ['latency/by-windw', 'there is no query latency/by-windw'],
    ['stats/repeats', 'there is no query stats/repeats'],
  ])('%s', (name, message) => {
    expect(() => questionNamed(catalogue, name)).toThrow(message)
  })
})

describe('headers', () => {
  test.each([
    ['SELECT 1', 'the query q.sql has no title'],
    ['-- title: T\n-- engines: mysql\nSELECT 1', 'the query q.sql is for the engine mysql'],
    ['-- title: T\n-- param: x\nSELECT 1', 'has a parameter that cannot be read: x'],
    ['-- title: T\n-- param: x date\nSELECT 1', 'has a parameter that cannot be read: x date'],
  ])('%j', (text, message) => {
    expect(() => parseQuestion('q', 'q.sql', text)).toThrow(message)
  })
})

describe('parameters', () => {
  const window = parseParameter('window duration 5m: how long', 'q.sql')
  const id = parseParameter('id text: which', 'q.sql')
  const kind = parseParameter("kind text 'a b': which", 'q.sql')
  const none = parseParameter('none time null: since when', 'q.sql')

  test('have values of their types', () => {
    expect(boundValues([window, id, kind, none], ['id=a=b'])).toEqual({
      window: 300_000_000,
      id: 'a=b',
      kind: 'a b',
      none: null,
    })
    expect(boundValues([window], ['window=1.5s'])).toEqual({ window: 1_500_000 })
    expect(boundValues([none], ['none=2026-11-01T00:00:00Z'])).toEqual({ none: 1793491200000000 })
  })

  test.each([
    [['id'], '--param id is no name=value'],
    [['id=1', 'windw=5m'], 'the query has no parameter windw'],
    [['id=1', 'window=5'], 'window=5 is no duration'],
    [['window=5m'], 'the query asks for id'],
  ])('%j', (typed, message) => {
    expect(() => boundValues([window, id], typed)).toThrow(message)
  })
})
