import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { PeekedStream } from '../../../src/archives/peeked-stream.js'
import { resolveSources } from '../../../src/archives/source.js'
import { openDuckdb } from '../../../src/engines/duckdb.js'
import { archive, event, iso, lines, mapped, statsOf, times } from './archive.js'

const witnessesOf = async (...args: Parameters<typeof statsOf>) =>
  (await statsOf(...args)).findings.flatMap(({ witnesses }) => witnesses)

const late = [1, 3, 2].map((seq, n) => event(n, { seq }))

describe('witnesses', () => {
  test.each([
    ['lines', lines(late)],
    ['lines with a bad and a blank one', `{\n\n${lines(late)}`],
    ['an array', JSON.stringify(late, null, 2)],
    ['concatenated', late.map((document) => JSON.stringify(document)).join('')],
    ['gzip', gzipSync(lines(late))],
    ['a byte order mark', `\ufeff${lines(late)}`],
  ])('are read again from %s', async (_, content) => {
    const witnesses = await witnessesOf(archive({ file: content }))
    const shown = witnesses.filter(({ reason }) => !reason)
    expect(shown).toMatchObject([
      { id: 'e-2', key: 'o-1', sequence: '2', role: 'late' },
      { id: 'e-1', key: 'o-1', sequence: '3', role: 'after' },
    ])
  })

  test('are read again from Parquet', async () => {
    const folder = archive({ 'a.ndjson': lines(late) })
    const duckdb = await openDuckdb({ memoryLimitBytes: 5e8, threads: 1 })
    const file = (name: string) => `'${join(folder, name)}'`
    const from = `read_json(${file('a.ndjson')}, columns = {id: 'VARCHAR', source: 'VARCHAR',
      type: 'VARCHAR', time: 'VARCHAR', "receivedAt": 'VARCHAR', key: 'VARCHAR', seq: 'BIGINT'})`
    await duckdb.rows(`COPY (FROM ${from}) TO ${file('a.parquet')} (FORMAT parquet)`)
    duckdb.close()
    rmSync(join(folder, 'a.ndjson'))
    expect(await witnessesOf(folder)).toMatchObject([
      { position: { path: 'a.parquet', record: 3 }, id: 'e-2', key: 'o-1', role: 'late' },
      { position: { path: 'a.parquet', record: 2 }, id: 'e-1', key: 'o-1', role: 'after' },
    ])
  })

  test('of standard input have what is known without reading', async () => {
    const stream = new PeekedStream(Readable.from([Buffer.from(lines(late))]), '-')
    const objects = [{ kind: 'stream', path: '-', stream } as const]
    expect(await witnessesOf(archive({}), { objects })).toEqual([
      {
        position: { path: '-', record: 3 },
        sequence: '2',
        receivedAt: iso(2_020),
        role: 'late',
        extent: 1,
        lateMs: 1_000,
      },
      { position: { path: '-', record: 2 }, sequence: '3', receivedAt: iso(1_020), role: 'after' },
    ])
  })

  test('after an abort too', async () => {
    const interruption = new AbortController()
    const folder = archive({ 'a.ndjson': lines(late) })
    const onProgress = () => interruption.abort()
    const { signal } = interruption
    const witnesses = await witnessesOf(folder, { onProgress, signal })
    expect(witnesses.map(({ sequence, id }) => [sequence, id])).toEqual([
      ['2', undefined],
      ['3', undefined],
    ])
  })

  test('of a file that has changed are not made up', async () => {
    const folder = archive({ 'a.ndjson': lines(late) })
    const onProgress = () => {
      const others = late.map((each) => ({ ...each, id: 'x', time: iso(7) }))
      writeFileSync(join(folder, 'a.ndjson'), lines(others))
    }
    const witnesses = await witnessesOf(folder, { onProgress })
    expect(witnesses.map(({ id }) => id)).toEqual([undefined, undefined])
    const gone = () => rmSync(join(folder, 'a.ndjson'), { force: true })
    expect((await witnessesOf(folder, { onProgress: gone })).every(({ id }) => !id)).toBe(true)
  })

  test('of equal worth come from where they are cheapest to read', async () => {
    const twice = (n: number) => [event(n), event(n, { receivedAt: iso(n * 1_000 + 500) })]
    const deep = [...times(500, (n) => event(n)), ...twice(600)]
    const folder = archive({
      'a.ndjson': lines([...deep, ...twice(601)]),
      'b.ndjson': lines([...twice(700), ...times(500, (n) => event(n + 1_000))]),
    })
    const witnesses = await witnessesOf(folder, { maps: mapped.filter((map) => !/^key/.test(map)) })
    expect(witnesses.map(({ position, id }) => [position?.path, id])).toEqual([
      ['b.ndjson', 'e-700'],
      ['b.ndjson', 'e-700'],
      ['a.ndjson', 'e-600'],
      ['a.ndjson', 'e-600'],
    ])
  })

  test('that lie too deep keep their position and times, and cheaper ones stand in', async () => {
    const folder = archive({
      'a.ndjson': lines([1, 3, 2].map((seq, n) => event(n * 9, { seq, key: 'deep' }))),
      'b.ndjson': lines(late),
    })
    const { objects } = await resolveSources(['.'], { aliases: {}, cwd: folder })
    // Listed as though the first file were large.
    const listed = objects.map((each) =>
      each.kind === 'file' && each.path === 'a.ndjson' ? { ...each, sizeBytes: 9e9 } : each,
    )
    const { findings } = await statsOf(folder, { objects: listed, content: false })
    const finding = findings.find(({ kind }) => kind === 'reordered')
    expect(finding?.explain).toContain('out of order twice, up to 1 behind and 9 s late')
    expect(finding?.witnesses.map(({ id, key }) => [id, key])).toEqual([
      ['e-2', 'o-1'],
      ['e-1', 'o-1'],
    ])
  })
})
