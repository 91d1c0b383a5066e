import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { Duckdb } from '../../src/engines/duckdb.js'
import { wellFormedJson } from '../../src/engines/event-rows.js'
import { quoteText } from '../../src/engines/leaf-tree.js'
import { eventFixtures } from '../fixtures/events/fixtures.js'

/* Small archives whose files are of all kinds, full of what is odd. */

const formats = ['lines', 'gzip', 'cut', 'array', 'concatenated', 'csv', 'parquet'] as const

export interface OddFile {
  path: string
  format: (typeof formats)[number]
  lines: readonly string[]
  /** When it was last changed, in seconds from a moment on. */
  changedAt: number
}

/** One line each: a line break within JSON is a space. */
const fixtures = eventFixtures().map(({ bytes }) =>
  Buffer.from(bytes).toString().replaceAll('\n', ' ').trim(),
)

const names = ["o'k", '100%', 'a\nb', "'; DROP TABLE archive; --", '😀', '_', 'o-1', '', '\uffff']
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 4, nil: undefined })
const time = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 86_400 }).map((s) => isoTime(s * 7)) },
  { weight: 1, arbitrary: fc.constantFrom('today', '0001-01-01', '2026-02-30T00:00:00Z', 5) },
)

function isoTime(seconds: number): string {
  return new Date(Date.UTC(2026, 9, 28) + seconds * 1000).toISOString()
}

const document = fc
  .record({
    id: maybe(fc.constantFrom('e1', 'e2', 'e3', 'e4', 'e5', 'half \ud800', 'nul \u0000')),
    source: fc.constantFrom('shop', '😀', undefined),
    type: fc.constantFrom('order.placed', 'order.paid', 'order_%', undefined),
    time: maybe(time),
    receivedAt: maybe(time),
    key: maybe(fc.constantFrom('k1', 'k2', "k'3")),
    sequence: maybe(fc.constantFrom(1, 2, 3, '@big', '-7', 'v10', 1.5)),
    orderId: maybe(fc.constantFrom(...names)),
    customer: maybe(fc.constantFrom(...names, 7, '@big')),
    causationId: fc.constantFrom('e1', 'e2', undefined),
    note: fc.constantFrom(undefined, '\\u0041', ['x', { '': null }], 1.25),
  })
  .map((value) => JSON.stringify(value).replaceAll('"@big"', '9007199254740993'))

const wrappers: readonly ((bodies: readonly string[]) => string)[] = [
  ([body = '']) => JSON.stringify({ Type: 'Notification', TopicArn: 'arn', Message: body }),
  (bodies) =>
    JSON.stringify({
      Records: bodies.map((body, n) => ({
        ...{ messageId: `m${n}`, receiptHandle: 'r', body, eventSource: 'aws:sqs' },
        attributes: { ApproximateReceiveCount: '2', SentTimestamp: '1773480413545' },
        ...{ messageAttributes: {}, awsRegion: 'eu-central-1', md5OfBody: 'x' },
        eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:orders',
      })),
    }),
]

const line = fc.oneof(
  { weight: 8, arbitrary: document },
  { weight: 1, arbitrary: document.map((text) => text.replaceAll(',', ' , ')) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...wrappers), fc.array(document, { maxLength: 3 }))
      .map(([wrap, bodies]) => wrap(bodies)),
  },
  { weight: 3, arbitrary: fc.constantFrom(...fixtures) },
  { weight: 1, arbitrary: fc.constantFrom('broken', '{"id":', '[1,{"id":"e1"}]', '7', '{}{}') },
)

const paths = ['a.x', "b/o'k [1]*.x", 'b/é.x', 'c.x', 'date=2026-11-01/d.x', 'e.x'] as const

const format = fc.oneof(
  { weight: 6, arbitrary: fc.constant('lines' as const) },
  { weight: 4, arbitrary: fc.constantFrom(...formats) },
)

/** A file; its lines are some of those that the archive has, so that they come again. */
function file(lines: readonly string[], path: (typeof paths)[number]): fc.Arbitrary<OddFile> {
  const some = fc.array(fc.constantFrom(...lines), { maxLength: 12 })
  const changedAt = paths.indexOf(path)
  return fc.record({
    path: fc.constant(path),
    format,
    lines: some,
    changedAt: fc.constant(changedAt),
  })
}

/** An archive before and after something happened to its files; unchanged files are the same. */
export interface OddArchives {
  before: readonly OddFile[]
  after: readonly OddFile[]
}

/** It is not printed: the seed and the path that fast-check prints make it again. */
export const oddArchives: fc.Arbitrary<OddArchives> = fc
  .array(line, { minLength: 10, maxLength: 30, size: 'max' })
  .chain((lines) =>
    fc.record({
      first: file(lines, 'a.x'),
      second: file(lines, paths[1]),
      kept: fc.tuple(file(lines, paths[2]), file(lines, paths[3])),
      changed: file(lines, 'a.x'),
      change: fc.constantFrom('anew', 'touched', 'of the same size'),
      added: fc.tuple(file(lines, paths[4]), file(lines, paths[5])),
      renamed: fc.boolean(),
    }),
  )
  .map(({ first, second, kept, changed, change, added, renamed }) => {
    const again = change === 'touched' ? first : { ...first, lines: [...first.lines].reverse() }
    const other = { ...(change === 'anew' ? changed : again), changedAt: 100 }
    const moved = renamed ? [{ ...second, path: 'moved.x' }] : []
    const after = [other, ...moved, ...kept, ...added]
    return hidden({ before: [first, second, ...kept], after })
  })

function hidden<T extends object>(value: T): T {
  return Object.assign(value, { [fc.toStringMethod]: () => 'an archive' })
}

export async function writeOddFile(
  duckdb: Duckdb,
  folder: string,
  { path, format: kind, lines, changedAt }: OddFile,
): Promise<void> {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  if (kind === 'parquet') await writeParquet(duckdb, file, lines)
  else writeFileSync(file, bytesOf(kind, lines))
  const seconds = 1_790_000_000 + changedAt
  utimesSync(file, seconds, seconds)
}

function bytesOf(kind: Exclude<OddFile['format'], 'parquet'>, lines: readonly string[]): Buffer {
  const text = lines.map((each) => `${each}\n`).join('')
  if (kind === 'gzip') return gzipSync(text)
  if (kind === 'cut') return gzipSync(text).subarray(0, -6)
  if (kind === 'array') return Buffer.from(`[${lines.join(',\n')}]`)
  if (kind === 'concatenated') return Buffer.from(lines.join(' '))
  if (kind === 'csv') return Buffer.from(csvOf(lines))
  return Buffer.from(text)
}

const columns = ['id', 'source', 'type', 'time', 'key', 'sequence', 'orderId']

function csvOf(lines: readonly string[]): string {
  const rows = rowsOf(lines).map((row) => columns.map((name) => cell(row[name])).join(','))
  return [columns.join(','), ...rows, ''].join('\n')
}

function cell(value: unknown): string {
  return value === undefined ? '' : `"${String(value).replaceAll('"', '""')}"`
}

async function writeParquet(duckdb: Duckdb, file: string, lines: readonly string[]) {
  const structure = JSON.stringify([Object.fromEntries(columns.map((name) => [name, 'VARCHAR']))])
  const rows = wellFormedJson(JSON.stringify(rowsOf(lines)))
  await duckdb.rows('CREATE OR REPLACE TEMP TABLE rows_of_file AS SELECT $1 AS rows', [rows])
  await duckdb.rows(
    `COPY (SELECT r.* FROM (SELECT unnest(from_json(rows, ${quoteText(structure)})) AS r
     FROM rows_of_file)) TO ${quoteText(file)} (FORMAT parquet)`,
  )
}

function rowsOf(lines: readonly string[]): Record<string, unknown>[] {
  return lines.flatMap((text) => {
    try {
      const value: unknown = JSON.parse(text)
      const isRow = typeof value === 'object' && value !== null && 'source' in value
      return isRow ? [Object.fromEntries(Object.entries(value))] : []
    } catch {
      return []
    }
  })
}
