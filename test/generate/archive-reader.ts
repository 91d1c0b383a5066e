import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'

/** What this reader, which knows nothing of evt's, finds in a generated folder. */
export interface ReadEvent {
  path: string
  record: number
  text: string
  id: string
  source: string
  type: string
  timeUs: number
  receivedUs: number
  key: string
  sequence: number
  replay: boolean
  attempt: number
  messageId: string | null
  payload: string
}

export interface ReadArchive {
  objects: number
  bytes: number
  events: ReadEvent[]
  undecodable: number
}

export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => path !== 'truth.json' && path !== 'evt.yaml')
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

export async function readArchive(folder: string): Promise<ReadArchive> {
  const found: ReadArchive = { objects: 0, bytes: 0, events: [], undecodable: 0 }
  for (const path of filesIn(folder)) {
    const stored = readFileSync(join(folder, path))
    found.objects++
    found.bytes += stored.length
    const texts = path.endsWith('.parquet')
      ? await parquetRows(join(folder, path))
      : recordTexts(path.endsWith('.gz') ? gunzipSync(stored) : stored)
    texts.forEach((text, i) => {
      const event = eventOf(text)
      if (event) found.events.push({ ...event, path, record: i + 1, text })
      else found.undecodable++
    })
  }
  return found
}

async function parquetRows(path: string): Promise<string[]> {
  const connection = await (await DuckDBInstance.create()).connect()
  const reader = await connection.runAndReadAll(`SELECT to_json(t)::VARCHAR FROM '${path}' t`)
  return reader.getRows().map(([text]) => String(text))
}

/** Lines, or entries of an array that has one a line, or objects that stand side by side. */
function recordTexts(bytes: Buffer): string[] {
  const text = bytes.toString('utf8')
  if (text.startsWith('[')) return text.slice(2, -3).split(',\n')
  if (text.endsWith('\n')) return text.trimEnd().split('\n')
  // Every good record begins with one of these, and nothing inside one does.
  const starts =
    /(?=\{"(?:version":"0|specversion|Type":"Notification|MessageId|id":"[0-9a-f-]{36}))/
  return text.split(starts).flatMap((part) => {
    const end = objectEnd(part)
    return end < part.length ? [part.slice(0, end), part.slice(end)] : [part]
  })
}

function objectEnd(text: string): number {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    if (inString && text[i] === '\\') i++
    else if (text[i] === '"') inString = !inString
    else if (!inString && text[i] === '{') depth++
    else if (!inString && text[i] === '}' && --depth === 0) return i + 1
  }
  return text.length
}

// biome-ignore lint/suspicious/noExplicitAny: every shape there is, tried one after the other.
type Anything = any

function eventOf(text: string): Omit<ReadEvent, 'path' | 'record' | 'text'> | undefined {
  if (text.includes('\ufffd')) return undefined
  let outer: Anything
  let document: Anything
  try {
    outer = JSON.parse(text)
    document = outer
    while (document.Body ?? document.Message)
      document = JSON.parse(document.Body ?? document.Message)
  } catch {
    return undefined
  }
  if (typeof document !== 'object' || document === null) return undefined
  const payload = document.detail ?? document.data ?? document
  const sent = outer.Attributes?.SentTimestamp
  return {
    id: document.id,
    source: document.source,
    type: document['detail-type'] ?? document.type,
    timeUs: microseconds(payload.metadata.occurredAt),
    receivedUs: sent ? Number(sent) * 1000 : microseconds(document.receivedAt),
    key: payload.jobAdId,
    sequence: payload.metadata.sequence,
    replay: Boolean(document['replay-name']),
    attempt: Number(outer.Attributes?.ApproximateReceiveCount ?? 1),
    messageId: outer.MessageId ?? null,
    payload: JSON.stringify({ ...payload, id: null, receivedAt: null }),
  }
}

function microseconds(iso: string): number {
  const finer = /\.\d{3}(\d{3})Z$/.exec(iso)?.[1] ?? '0'
  return Date.parse(iso) * 1000 + Number(finer)
}
