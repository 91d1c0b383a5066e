import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { openDuckdb } from '../../src/engines/duckdb.js'
import { createZstdWriter } from '../../src/generate/zstd.js'
import { type AvroCodec, avroFile } from '../archives/avro-file.js'
import { type PlantedRow, plantings, rowOf } from './planted-rows.js'

/** How the events stand in an object: each a line; the entries of a list; one behind the other;
 * records of CloudTrail, of Kinesis; in a column of a table; as the rows of a table. */
type Shape = 'lines' | 'list' | 'values' | 'cloudtrail' | 'kinesis' | 'cells' | 'rows'

export interface PlantedFile {
  name: string
  shape: Shape
  rows: PlantedRow[]
}

const objects: readonly [name: string, shape: Shape][] = [
  ['01.ndjson', 'lines'],
  ['02.ndjson.gz', 'lines'],
  ['03.ndjson.zst', 'lines'],
  ['04.json', 'list'],
  ['05.json.gz', 'list'],
  ['06.json.zst', 'list'],
  ['07.json', 'values'],
  ['08.json.gz', 'values'],
  ['09.json.zst', 'values'],
  ['10_CloudTrail.json', 'cloudtrail'],
  ['11_CloudTrail.json.gz', 'cloudtrail'],
  ['12_CloudTrail.json.zst', 'cloudtrail'],
  ['13.ndjson.gz', 'kinesis'],
  ['14.csv', 'cells'],
  ['15.avro', 'cells'],
  ['16.parquet', 'cells'],
  ['17.avro', 'rows'],
  ['18.parquet', 'rows'],
]

/**
 * Writes a folder of objects of all formats in which a subject is planted: in mapped keys, in
 * nested arrays, in JSON that is a text, in base64, in other letters, escaped, in longer texts, as
 * a key. Each object has all of them.
 */
export async function plantArchive(
  folder: string,
  { rows, random, share }: { rows: number; random: () => number; share: number },
): Promise<PlantedFile[]> {
  mkdirSync(folder, { recursive: true })
  const files: PlantedFile[] = []
  for (const [n, [name, shape]] of objects.entries()) {
    const all = Array.from({ length: Math.ceil(rows / objects.length) }, (_, i) => {
      const isPlanted = random() < share
      const any = isPlanted ? plantings[Math.floor(random() * plantings.length)] : null
      return rowOf(`${n}-${i}`, (i < plantings.length ? plantings[i] : any) ?? null)
    })
    const file = { name, shape, rows: all }
    await write(join(folder, name), file)
    files.push(file)
  }
  return files
}

async function write(path: string, { shape, rows }: PlantedFile): Promise<void> {
  const texts = rows.map(({ text }) => text)
  if (path.endsWith('.parquet')) return writeParquet(path, texts, shape)
  if (path.endsWith('.avro')) return writeFileSync(path, await avroOf(texts, shape))
  const body = bodyOf(shape, rows)
  if (!path.endsWith('.zst')) {
    return writeFileSync(path, path.endsWith('.gz') ? gzipSync(body) : body)
  }
  const plain = `${path}.plain`
  writeFileSync(plain, body)
  const writer = await createZstdWriter()
  await writer.write(plain, path)
  writer.close()
  rmSync(plain)
}

type Written = Pick<PlantedRow, 'id' | 'text'>

/** The text of an object that is one. */
export function bodyOf(shape: Shape, rows: readonly Written[]): string {
  const texts = rows.map(({ text }) => text)
  if (shape === 'list') return `[${texts.join(',\n ')}]`
  // A value begins on a line where another ends.
  if (shape === 'values') return texts.map((text) => text.replace('{', '{\n ')).join('\n')
  if (shape === 'cloudtrail') return `{"Records":[${rows.map(trailOf).join(',')}]}\n`
  if (shape === 'kinesis') return kinesisLines(rows)
  if (shape === 'lines') return `${texts.join('\n')}\n`
  const lines = rows.map(({ id, text }) => `${id},"${text.replaceAll('"', '""')}"\r\n`)
  return `n,event\r\n${lines.join('')}`
}

function trailOf({ id, text }: Written): string {
  const head = `"eventVersion":"1.11","eventTime":"2026-11-01T10:00:00Z","awsRegion":"eu-central-1"`
  const what = `"eventSource":"shop.amazonaws.com","eventName":"PutOrder","eventID":"${id}"`
  return text.replace('{', `{${head},${what},`)
}

const LINE_RECORDS = 4

/** What Lambda is given of a stream, line by line. Who is gone leaves the others in theirs. */
function kinesisLines(rows: readonly Written[]): string {
  const lines = new Map<number, string[]>()
  for (const row of rows) {
    const n = Math.floor(Number(row.id.split('-')[1]) / LINE_RECORDS)
    const held = lines.get(n) ?? []
    lines.set(n, held)
    held.push(kinesisOf(row))
  }
  return [...lines.values()].map((held) => `{"Records":[${held.join(', ')}]}\n`).join('')
}

function kinesisOf({ id, text }: Written): string {
  const number = id.split('-')[1]?.padStart(20, '4')
  const data = Buffer.from(text).toString('base64')
  const kinesis = `{"partitionKey":"k","sequenceNumber":"${number}","data":"${data}"}`
  const eventID = `"eventID":"shardId-000000000000:${number}"`
  return `{"eventSource":"aws:kinesis",${eventID},"kinesis":${kinesis}}`
}

const message = {
  ...{ type: 'record', name: 'Message' },
  fields: ['MessageId', 'Body'].map((name) => ({ name, type: 'string' })),
}

const nullable = (name: string, type: unknown) => ({ name, type: ['null', type], default: null })
const item = {
  ...{ type: 'record', name: 'Item' },
  fields: [{ name: 'to', type: { type: 'array', items: ['null', 'string'] } }],
}

/** What each row of typed tables has; decoys have their numbers as such. */
const rowSchema = {
  ...{ type: 'record', name: 'Row' },
  fields: [
    { name: 'id', type: 'string' },
    ...['user', 'friend', 'mail', 'raw', 'body', 'note', 'lot', 'near'].map((name) =>
      nullable(name, 'string'),
    ),
    nullable('quantity', 'long'),
    nullable('items', { type: 'array', items: item }),
    nullable('by', { type: 'map', values: 'long' }),
  ],
}

/** The same in a table, whose columns have types. */
export function typedRow(text: string): Record<string, unknown> {
  const event: Record<string, unknown> = JSON.parse(text)
  const items = Array.isArray(event['items']) ? event['items'].slice(0, 1) : null
  const user = event['user'] === null ? null : String(event['user'])
  return Object.fromEntries(
    rowSchema.fields.map(({ name }) => [name, { ...event, items, user }[name] ?? null]),
  )
}

async function avroOf(texts: readonly string[], shape: Shape): Promise<Buffer> {
  const codec: AvroCodec = shape === 'cells' ? 'deflate' : 'zstandard'
  const options = { codec, blockBytes: 16_000 }
  if (shape === 'rows') return avroFile(rowSchema as never, texts.map(typedRow), options)
  const rows = texts.map((Body, n) => ({ MessageId: `m-${n}`, Body }))
  return avroFile(message as never, rows, options)
}

async function writeParquet(path: string, texts: readonly string[], shape: Shape): Promise<void> {
  const isTyped = shape === 'rows'
  const rows = texts.map((event, n) => JSON.stringify(isTyped ? typedRow(event) : { n, event }))
  writeFileSync(`${path}.json`, rows.join('\n'))
  const texted = ['id', 'user', 'friend', 'mail', 'raw', 'body', 'note', 'lot', 'near']
  const types = [...texted.map((name) => `"${name}": 'VARCHAR'`), `quantity: 'BIGINT'`]
  const lists = `items: 'STRUCT("to" VARCHAR[])[]', "by": 'MAP(VARCHAR, BIGINT)'`
  const columns = isTyped ? `{${types.join(', ')}, ${lists}}` : `{n: 'INTEGER', event: 'VARCHAR'}`
  const duckdb = await openDuckdb({ memoryLimitBytes: 1e9, threads: 1 })
  const read = `read_json('${path}.json', columns = ${columns}, format = 'newline_delimited')`
  const codec = isTyped ? 'zstd' : 'snappy'
  const options = `ROW_GROUP_SIZE 2048, COMPRESSION ${codec}`
  await duckdb.rows(`COPY (SELECT * FROM ${read}) TO '${path}' (${options})`)
  await duckdb.close()
  rmSync(`${path}.json`)
}
