import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { resolveSources } from '../../src/archives/source.js'
import { openDuckdb } from '../../src/engines/duckdb.js'
import { quoteFile } from '../../src/engines/leaf-tree.js'
import type { RecordedLine } from '../../src/envelopes/recording.js'
import type { Mapping } from '../../src/event/mapping.js'
import { withhold } from '../../src/privacy/withhold.js'
import type { RecordRequest } from '../../src/record/run.js'
import { datedParts } from '../../src/record/store.js'
import { archiveStats } from '../../src/stats/stats.js'
import type { Moto } from '../testbed/moto.js'

export const START_MS = Date.parse('2026-11-01T00:00:00Z')

/** What is asked for where a file is recorded whole. */
export function recordRequest(
  to: string,
  cwd: string,
  more: Partial<RecordRequest>,
): RecordRequest {
  return {
    ...{ given: ['a.ndjson'], to, config: undefined, cwd, env: { HOME: cwd }, aws: {} },
    ...{ signal: new AbortController().signal, start: undefined, follow: false },
    ...{
      consents: new Set(),
      rollBytes: 64e6,
      rollMs: 60_000,
      limit: null,
      durationMs: null,
      format: undefined,
      withhold,
    },
    ...{ stdin: process.stdin, nowMs: () => START_MS, onNote() {}, onOpen() {}, onProgress() {} },
    ...more,
  }
}

/** A part as whoever looks at the target sees it. */
export interface SeenPart {
  readonly name: string
  readonly bytes: Buffer
}

export function partsIn(folder: string): SeenPart[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = found.filter((entry) => entry.isFile() && !entry.parentPath.includes('_evt'))
  return files
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
    .map((file) => ({ name: file.slice(folder.length + 1), bytes: readFileSync(file) }))
}

/**
 * Files of Parquet, as the parts of NDJSON that they were made of, in order.
 *
 * @param known what was found of the same bytes before, which grows
 */
export async function parquetOf(
  files: readonly SeenPart[],
  known = new Map<string, SeenPart>(),
): Promise<SeenPart[]> {
  const duckdb = await openDuckdb({ memoryLimitBytes: 500e6 })
  const folder = await mkdtemp(join(tmpdir(), 'evt-parquet-'))
  try {
    const byName = new Map(files.map(({ name, bytes }) => [name, bytes]))
    const { parts } = datedParts([...byName.keys()])
    const found: SeenPart[] = []
    for (const { part, files: names } of parts) {
      const hash = createHash('sha256')
      for (const name of names) hash.update(name).update(byName.get(name) ?? '')
      const key = hash.digest('hex')
      const same = known.get(key)
      if (same) {
        found.push(same)
        continue
      }
      const copies: string[] = []
      for (const [n, name] of names.entries()) {
        const copy = join(folder, `${part}-${n}.parquet`)
        await writeFile(copy, byName.get(name) ?? '')
        copies.push(quoteFile(copy))
      }
      const lines = await duckdb.rows(
        `SELECT recorded FROM read_parquet([${copies.join(', ')}])
         WHERE recorded IS NOT NULL ORDER BY pos`,
      )
      const [[end] = []] = await duckdb.rows(
        `SELECT decode(value) FROM parquet_kv_metadata(${copies.at(-1)})
         WHERE key = 'evt.checkpoint'`,
      )
      const text = [...lines.flat(), end].map((line) => `${line}\n`).join('')
      const name = `parquet/${String(part).padStart(12, '0')}.ndjson.gz`
      const one = { name, bytes: gzipSync(text) }
      known.set(key, one)
      found.push(one)
    }
    return found
  } finally {
    await duckdb.close()
    await rm(folder, { recursive: true })
  }
}

export function parquetIn(
  folder: string,
  known?: Map<string, SeenPart> | undefined,
): Promise<SeenPart[]> {
  return parquetOf(partsIn(folder), known)
}

/** What `evt stats` says of an archive. */
export async function measuredIn(cwd: string, path: string, mapping: Mapping) {
  const { objects } = await resolveSources([path], { aliases: {}, cwd })
  const { signal } = new AbortController()
  const { result } = await archiveStats({
    ...{ sources: [path], objects, mapping, by: 'type', windowUs: null, signal },
    ...{ selection: { sinceUs: null, untilUs: null }, memoryLimitBytes: 2e9, onProgress() {} },
  })
  const { read, total, types, findings } = result
  const { records, undecodable } = read
  return { records, undecodable, total, types, findings: findings.map(({ kind }) => kind).sort() }
}

/** What moto takes for somebody: nobody may read what is put with its metadata as it was. */
const authorization = 'AWS4-HMAC-SHA256 Credential=test/20261101/eu/s3/aws4_request'

/** The same of a bucket, over plain HTTP. */
export async function partsOf(moto: Moto, bucket: string, prefix: string): Promise<SeenPart[]> {
  const url = `${moto.url}/${bucket}`
  const page = await (await fetch(`${url}?list-type=2&prefix=${prefix}`)).text()
  const keys = [...page.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key)
  const parts = keys.filter((key) => !key.includes('/_evt/')).sort()
  return Promise.all(
    parts.map(async (key) => ({
      name: key.slice(prefix.length + 1),
      bytes: Buffer.from(
        await (await fetch(`${url}/${key}`, { headers: { authorization } })).arrayBuffer(),
      ),
    })),
  )
}

/** The records of whole parts: each unpacks, is named by its number, and ends as it should. */
export function recordsIn(parts: readonly SeenPart[]): RecordedLine[] {
  return parts.flatMap(({ name, bytes }, n) => {
    if (Number(/\/(\d{12})\.ndjson\.gz$/.exec(name)?.[1]) !== n + 1) throw new Error(name)
    const lines = gunzipSync(bytes)
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    if (typeof lines.at(-1)?.checkpoint !== 'object') throw new Error(`${name} is not whole`)
    return lines.slice(0, -1)
  })
}
