import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resolveSources } from '../../src/archives/source.js'
import { createMapping } from '../../src/event/mapping.js'
import { archiveStats } from '../../src/stats/stats.js'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evt-wrappers-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function statsOf(lines: readonly unknown[], sqlFromBytes: number) {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  await writeFile(join(folder, 'a.ndjson'), text)
  const { objects } = await resolveSources([folder], { aliases: {}, cwd: folder })
  const { result } = await archiveStats({
    sources: [folder],
    objects,
    mapping: createMapping({}),
    selection: { sinceUs: null, untilUs: null },
    by: 'type',
    windowUs: null,
    content: true,
    memoryLimitBytes: 2e9,
    sqlFromBytes,
    signal: new AbortController().signal,
    onProgress: () => {},
  })
  return result
}

const plain = (id: string, n: number) => ({
  'detail-type': 'order.placed',
  source: 'shop',
  id,
  time: new Date(Date.UTC(2026, 2, 14) + n * 1000).toISOString(),
  detail: { n },
})
const message = (messageId: string, body: string) => ({
  messageId,
  body,
  attributes: { SentTimestamp: String(Date.UTC(2026, 2, 14)) },
  eventSource: 'aws:sqs',
})
const wrapper = {
  Records: [
    message('m-1', JSON.stringify(plain('twice', 1))),
    message('m-2', 'no JSON'),
    message('m-3', JSON.stringify([plain('in an array', 2), plain('twice', 1), 7])),
  ],
}
/** The wrapper of five records comes after so many lines that no sample sees it. */
const many = Array.from({ length: 150 }, (_, n) => plain(`e-${n}`, n))
const lines = [...many, wrapper, { Records: [] }, plain('last', 0), plain('last', 0)]

test.each([
  ['the decoder', Number.POSITIVE_INFINITY],
  ['SQL, as far as it can', 0],
])('entries of wrappers are records, counted one by one: %s', async (_, sqlFromBytes) => {
  const { read, total, findings } = await statsOf(lines, sqlFromBytes)
  // `{"Records":[]}` is a wrapper of no records.
  expect(read).toMatchObject({ objects: 1, records: 150 + 5 + 2, undecodable: 2 })
  expect(total).toMatchObject({ events: 155, distinct: 153, duplicates: { count: 2 } })
  const { witnesses } = findings.find(({ kind }) => kind === 'duplicate') ?? {}
  const shown = witnesses?.map(({ id, position }) => [id, position?.record])
  expect(shown?.sort((a, b) => Number(a[1]) - Number(b[1]))).toEqual([
    ['twice', 151],
    ['twice', 154],
    ['last', 156],
    ['last', 157],
  ])
  const undecodable = findings.find(({ kind }) => kind === 'undecodable')
  expect(undecodable?.witnesses.map(({ position }) => position?.record)).toEqual([152, 155])
})

test('what a message holds several of is several events also where none has an id', async () => {
  const body = JSON.stringify([{ a: 1 }, { a: 2 }])
  const { total } = await statsOf([message('m-1', body), message('m-2', body)], 0)
  expect(total).toMatchObject({ events: 4, distinct: 4 })
})
