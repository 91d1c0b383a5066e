import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { generateArchive } from '../../src/generate/generate.js'
import { filesIn } from './archive-reader.js'
import { type Given, generated, given, newFolder } from './given.js'

const quiet = { signal: new AbortController().signal, onProgress: () => {} }

function digest(folder: string): string {
  const hash = createHash('sha256')
  for (const path of [...filesIn(folder), 'truth.json', 'evt.yaml']) {
    hash.update(path).update(readFileSync(join(folder, path)))
  }
  return hash.digest('hex')
}

describe('the same settings', () => {
  test.each<[string, Given]>([
    ['as gzip', { compression: 'gzip', members: 3 }],
    ['as zstd', { compression: 'zstd', format: 'array' }],
    ['as Parquet', { format: 'parquet' }],
    ['as Avro', { format: 'avro', compression: 'gzip' }],
    ['mixed', { format: 'mixed', compression: 'mixed', envelope: 'mixed', files: 6 }],
  ])('are the same bytes %s, and another seed is others', async (_, settings) => {
    const all = { ...settings, rates: { duplicates: 0.1, reorder: 0.1, loss: 0.1 } }
    const [one, same, other] = [
      await generated(all),
      await generated(all),
      await generated({ ...all, seed: 2 }),
    ]
    expect(digest(same.folder)).toBe(digest(one.folder))
    expect(digest(other.folder)).not.toBe(digest(one.folder))
  })
})

describe('files', () => {
  const hours = { startUs: Date.parse('2026-01-05T23:59:00Z') * 1000 }

  test.each<[string, Given, string[]]>([
    ['flat', {}, ['part-0000.ndjson', 'part-0001.ndjson', 'part-0002.ndjson']],
    [
      'by date',
      { layout: 'date', compression: 'gzip', files: 1 },
      ['2026/01/05/23/part-0000.ndjson.gz', '2026/01/06/00/part-0001.ndjson.gz'],
    ],
    [
      'as hive has it',
      { layout: 'hive', format: 'array', files: 1 },
      [
        'year=2026/month=01/day=05/hour=23/part-0000.json',
        'year=2026/month=01/day=06/hour=00/part-0001.json',
      ],
    ],
    ['as zstd', { compression: 'zstd', files: 1 }, ['part-0000.ndjson.zst']],
    [
      'in every format',
      { format: 'mixed', compression: 'mixed', files: 5 },
      [
        'part-0000.ndjson.gz',
        'part-0001.json',
        'part-0002.json.gz',
        'part-0003.parquet',
        'part-0004.ndjson',
      ],
    ],
  ])('lie %s', async (_, settings, paths) => {
    const { folder } = await generated({ ...hours, ...settings })
    expect(filesIn(folder)).toEqual(paths)
  })

  test('have as many gzip members as was asked for', async () => {
    const { folder } = await generated({ compression: 'gzip', members: 7, files: 1 })
    const stored = readFileSync(join(folder, 'part-0000.ndjson.gz'), 'latin1')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the header of a gzip member.
    expect(stored.match(/\x1f\x8b\x08\x00\x00{4}/g)).toHaveLength(7)
  })

  test('are not all in order of arrival, though most records are', async () => {
    const { folder } = await generated({ shuffledShare: 0.02 })
    const times = filesIn(folder).flatMap((path) =>
      [...readFileSync(join(folder, path), 'utf8').matchAll(/"receivedAt":"([^"]+)"/g)].map(
        ([, text = '']) => text,
      ),
    )
    const back = times.filter((time, i) => i > 0 && time < (times[i - 1] ?? '')).length
    expect(back).toBeGreaterThan(0)
    expect(back).toBeLessThan(100)
  })
})

describe('the folder', () => {
  test('may be there, if it is empty', async () => {
    const to = newFolder()
    mkdirSync(to)
    await generateArchive(given({}), { to, force: false, ...quiet })
    expect(existsSync(join(to, 'truth.json'))).toBe(true)
    expect(readdirSync(dirname(to))).toEqual(['archive'])
  })

  test('is replaced as a whole with --force, if evt generate wrote it', async () => {
    const { folder: to } = await generated({ files: 9 })
    const again = generateArchive(given({ files: 1 }), { to, force: false, ...quiet })
    await expect(again).rejects.toMatchObject({
      message: `--to ${to} holds a generated archive already`,
      code: 'usage',
      hint: 'name a new folder, or replace this one with --force',
    })
    await generateArchive(given({ files: 1 }), { to, force: true, ...quiet })
    expect(filesIn(to)).toEqual(['part-0000.ndjson'])
    expect(readdirSync(dirname(to))).toEqual(['archive'])
  })

  test('is left alone if it holds anything else, with --force too', async () => {
    const to = newFolder()
    mkdirSync(to)
    writeFileSync(join(to, 'thesis.txt'), 'ten years of work')
    await expect(generateArchive(given({}), { to, force: true, ...quiet })).rejects.toMatchObject({
      message: `--to ${to} holds files that evt generate did not write`,
      code: 'usage',
    })
    expect(readdirSync(to)).toEqual(['thesis.txt'])
  })

  test('is not there after an interruption', async () => {
    const to = newFolder()
    const controller = new AbortController()
    const { signal } = controller
    const onProgress = () => controller.abort()
    await expect(
      generateArchive(given({}), { to, force: false, signal, onProgress }),
    ).rejects.toMatchObject({
      message: `interrupted: nothing was written to ${to}`,
      code: 'interrupted',
    })
    expect(readdirSync(dirname(to))).toEqual([])
  })
})
