import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { openDuckdb } from '../../src/engines/duckdb.js'
import { createZstdWriter } from '../../src/generate/zstd.js'
import { avroFile } from '../archives/avro-file.js'

/** How a row holds the subject; null: not at all, `decoy` only seems to. */
const plantings = [
  ...(['mapped', 'shared', 'nested', 'packed', 'case', 'escaped', 'text', 'key'] as const),
  ...(['decoy', null] as const),
]
type Planting = (typeof plantings)[number]

export interface PlantedRow {
  id: string
  planting: Planting
  text: string
}

export interface PlantedFile {
  name: string
  isList: boolean
  rows: PlantedRow[]
}

export const SUBJECT = 'user:u-4711-ada'
export const MAIL = 'ada@example.com'
export const MAPPING = '{ id: $.id, entities: { user: $.user, friend: $.friend } }'

/**
 * Writes a folder of objects of several formats in which a subject is planted: in mapped keys, in
 * nested arrays, in JSON that is a text, in other letters, escaped, in longer texts, as a key.
 */
export async function plantArchive(
  folder: string,
  { rows, random, share }: { rows: number; random: () => number; share: number },
): Promise<PlantedFile[]> {
  mkdirSync(folder, { recursive: true })
  const names = [
    ...['1.ndjson', '2.ndjson.gz', '3.ndjson.zst', '4.json', '5.json.gz', '6.json'],
    ...['7.csv', '8.avro', '9.parquet'],
  ]
  const files: PlantedFile[] = []
  for (const [n, name] of names.entries()) {
    const all = Array.from({ length: Math.ceil(rows / names.length) }, (_, i) => {
      const isPlanted = random() < share || i < plantings.length
      const planting = isPlanted
        ? (plantings[Math.floor(random() * plantings.length)] ?? null)
        : null
      return rowOf(`${n}-${i}`, i < plantings.length ? (plantings[i] ?? null) : planting)
    })
    const isList = name === '4.json'
    const texts = all.map(({ text }) => text)
    if (await writeTable(join(folder, name), texts)) {
      files.push({ name, isList, rows: all })
      continue
    }
    const body = isList ? `[${texts.join(',\n ')}]` : joined(texts, name === '5.json.gz')
    await write(join(folder, name), body)
    files.push({ name, isList, rows: all })
  }
  return files
}

/** Concatenated JSON begins on a line where another ends. */
function joined(texts: readonly string[], isConcatenated: boolean): string {
  if (!isConcatenated) return `${texts.join('\n')}\n`
  return texts.map((text) => text.replace('{', '{\n ')).join('\n')
}

const message = {
  ...{ type: 'record', name: 'Message' },
  fields: ['MessageId', 'Body'].map((name) => ({ name, type: 'string' })),
}

/** Tables have the events as JSON, in a column beside their number. */
async function writeTable(path: string, texts: readonly string[]): Promise<boolean> {
  if (path.endsWith('.csv')) {
    const lines = texts.map((text, n) => `${n},"${text.replaceAll('"', '""')}"\r\n`)
    writeFileSync(path, `n,event\r\n${lines.join('')}`)
  } else if (path.endsWith('.avro')) {
    const rows = texts.map((Body, n) => ({ MessageId: `m-${n}`, Body }))
    writeFileSync(path, await avroFile(message as never, rows, { codec: 'deflate' }))
  } else if (path.endsWith('.parquet')) {
    const duckdb = await openDuckdb({ memoryLimitBytes: 1e9, threads: 1 })
    writeFileSync(`${path}.json`, JSON.stringify(texts.map((event, n) => ({ n, event }))))
    const read = `read_json('${path}.json', columns = {n: 'INTEGER', event: 'VARCHAR'})`
    await duckdb.rows(`COPY (SELECT * FROM ${read}) TO '${path}' (ROW_GROUP_SIZE 2048)`)
    await duckdb.close()
    rmSync(`${path}.json`)
  } else return false
  return true
}

async function write(path: string, body: string): Promise<void> {
  if (!path.endsWith('.zst')) {
    writeFileSync(path, path.endsWith('.gz') ? gzipSync(body) : body)
    return
  }
  const plain = `${path}.plain`
  writeFileSync(plain, body)
  const writer = await createZstdWriter()
  await writer.write(plain, path)
  writer.close()
  rmSync(plain)
}

function rowOf(id: string, planting: Planting): PlantedRow {
  const other = `"user": "u-${id}","big":12345678901234567890`
  const texts: Record<Exclude<Planting, null>, string> = {
    mapped: `{"id":"${id}","user":"u-4711-ada","mail":"${MAIL}"}`,
    shared: `{"id":"${id}", "user":"u-4711-ada","friend":"bob-${id}", "big":12345678901234567890}`,
    nested: `{"id":"${id}",${other},"items":[{"to":["x","${MAIL}"]},1.50]}`,
    packed: `{"id":"${id}",${other},"raw":"{\\"a\\": {\\"mail\\":\\"${MAIL}\\"},\\"b\\":1.0}"}`,
    case: `{"id":"${id}",${other},"mail":"ADA@Example.com"}`,
    escaped: `{"id":"${id}",${other},"mail":"\\u0061da@example\\u002ecom"}`,
    text: `{"id":"${id}",${other},"note":"write to ${MAIL} please"}`,
    key: `{"id":"${id}",${other},"by":{"${MAIL}":1}}`,
    decoy: `{"id":"${id}",${other},"quantity":4711,"mail":"adam@example.org"}`,
  }
  return { id, planting, text: planting === null ? `{"id":"${id}",${other}}` : texts[planting] }
}
