import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { RecordedLine } from '../../src/envelopes/recording.js'
import type { RecordRequest } from '../../src/record/run.js'
import type { Moto } from '../testbed/moto.js'

export const START_MS = Date.parse('2026-11-01T00:00:00Z')

/** What is asked for where a file is recorded whole. */
export function recordRequest(
  to: string,
  cwd: string,
  more: Partial<RecordRequest>,
): RecordRequest {
  return {
    ...{ given: ['a.ndjson'], to, config: undefined, cwd, env: {}, aws: {} },
    ...{ signal: new AbortController().signal, start: undefined, follow: false },
    ...{ consents: new Set(), rollBytes: 64e6, rollMs: 60_000, limit: null, durationMs: null },
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

/** The same of a bucket, over plain HTTP. */
export async function partsOf(moto: Moto, bucket: string, prefix: string): Promise<SeenPart[]> {
  const url = `${moto.url}/${bucket}`
  const page = await (await fetch(`${url}?list-type=2&prefix=${prefix}`)).text()
  const keys = [...page.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key)
  const parts = keys.filter((key) => !key.includes('/_evt/')).sort()
  return Promise.all(
    parts.map(async (key) => ({
      name: key.slice(prefix.length + 1),
      bytes: Buffer.from(await (await fetch(`${url}/${key}`)).arrayBuffer()),
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
