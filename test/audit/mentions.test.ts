import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { resolveSources } from '../../src/archives/source.js'
import { isMentioned, isNumber, mentionedIn } from '../../src/audit/mentions.js'
import { parseJson } from '../../src/event/json.js'
import { createMapping } from '../../src/event/mapping.js'
import { askArchive } from '../../src/questions/asked-archive.js'
import { querySql } from '../../src/questions/query.js'

describe('7 is mentioned', () => {
  test.each([
    ['7', true],
    ['"7"', true],
    ['{"a":[[{"b":7}]]}', true],
    ['{"a":7.0}', true],
    ['{"__proto__":{"b":"7"}}', true],
    ['{"7":"x"}', false],
    ['{"a":"77"}', false],
    ['{"a":-7}', false],
    ['{"a":[true,null,{}]}', false],
  ])('in %s: %s', (text, isIn) => {
    expect(isMentioned('7', parseJson(text))).toBe(isIn)
  })
})

test('integers are compared digit by digit, whatever their size', () => {
  expect(isMentioned('9007199254740993', parseJson('[9007199254740993]'))).toBe(true)
  expect(isMentioned('9007199254740992', parseJson('[9007199254740993]'))).toBe(false)
})

test('depth has no limit', () => {
  const text = `${'{"a":['.repeat(50_000)}"x"${']}'.repeat(50_000)}`
  expect(isMentioned('x', parseJson(text))).toBe(true)
})

test.each([
  ['7', true],
  ['-0.5', true],
  ['1e+21', true],
  ['7.0', false],
  ['0x7', false],
  ['Infinity', false],
  ['NaN', false],
  ['', false],
  ['a', false],
])('%j can be a number: %s', (value, can) => {
  expect(isNumber(value)).toBe(can)
})

describe('in files that SQL reads, and in those that the decoder does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evt-mentions-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const documents = [
    ...['{"a":7}', '{"a":"7"}', '{"a":7.0}', '{"a":[0.7e1]}', '{"a":"\\u0037"}', '{"a":700E-2}'],
    ...[
      '{"7":1}',
      '{"a":77}',
      '{"a":"7 "}',
      '{"a":9007199254740993}',
      '{"a":"x/y"}',
      '{"a":"x\\/y"}',
    ],
    ...['{"a":1e21}', '{"a":1000000000000000000000}', '{"a":-0}', '{"a":null}'],
  ]
  const file = join(folder, 'a.ndjson')
  writeFileSync(file, documents.map((text) => `${text}\n`).join(''))

  test.each([
    ['7', [1, 2, 3, 4, 5, 6]],
    ['9007199254740993', [10]],
    ['x/y', [11, 12]],
    ['0', [15]],
    ['null', []],
  ])('%s', async (value, records) => {
    const { objects } = await resolveSources([file], { aliases: {}, cwd: folder })
    const sql = await querySql('audit/mentions')
    const statement = { sql, values: { value, number: isNumber(value) } }
    for (const sqlFromBytes of [0, Number.POSITIVE_INFINITY]) {
      const found = await askArchive(
        statement,
        {
          archive: { objects, mapping: createMapping({}), outside: {} },
          ...{ presets: undefined, chosen: { sinceUs: null, untilUs: null }, sqlFromBytes },
          ...{ memoryLimitBytes: 500e6, threads: 1, signal: new AbortController().signal },
          onProgress: () => {},
        },
        async ({ rows }) => {
          const at = rows.columns.findIndex(({ name }) => name === 'position')
          const isWanted = mentionedIn(value, rows.columns)
          const all = []
          for await (const chunk of rows.chunks) all.push(...chunk.filter(isWanted))
          return all.map((row) => Object(row[at]).record)
        },
      )
      expect(found).toEqual(records)
    }
  })
})
