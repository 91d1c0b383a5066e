import { readFileSync, statSync } from 'node:fs'
import { inflateRaw } from 'node:zlib'
import { createFileDecoder } from 'avsc'
import { expect } from 'vitest'
import { blockCodec } from '../../src/archives/avro-codecs.js'
import { readBytes } from '../../src/archives/bytes.js'
import { openDuckdb } from '../../src/engines/duckdb.js'

/** All that a file says, to whoever unpacks it: its bytes, what is packed in them, escapes, and
 * what is in base64; in small letters. */
export async function everyTextOf(file: string): Promise<string> {
  const values = await valuesIn(file)
  const text = values ? JSON.stringify(values) : await textOf(file)
  return revealed(`${readFileSync(file, 'latin1')}\n${text}`)
}

function revealed(text: string): string {
  const plain = text.replace(/\\+u([0-9a-f]{4})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
  const packed = plain.match(/[A-Za-z0-9+/]{24,}={0,2}/g) ?? []
  const unpacked = packed.map((one) => Buffer.from(one, 'base64').toString('latin1'))
  return `${plain}\n${unpacked.join('\n')}`.toLowerCase()
}

/** Unpacked. */
export async function textOf(file: string): Promise<string> {
  const { size: sizeBytes, mtimeMs } = statSync(file)
  const compression = file.endsWith('.gz') ? 'gzip' : file.endsWith('.zst') ? 'zstd' : 'none'
  const report = ({ detail }: { detail: string }) => expect.fail(`${file} ${detail}`)
  const object = { kind: 'file' as const, path: file, file, sizeBytes, mtimeMs }
  const parts: Buffer[] = []
  for await (const part of readBytes(object, { compression, report })) parts.push(part)
  return Buffer.concat(parts).toString()
}

/** The rows of a table, as others read them; of one that holds events, these, as texts. */
export async function valuesIn(file: string): Promise<unknown[] | undefined> {
  if (file.endsWith('.parquet')) return parquetValues(file)
  return file.endsWith('.avro') ? avroValues(file) : undefined
}

async function parquetValues(file: string): Promise<unknown[]> {
  const duckdb = await openDuckdb({ memoryLimitBytes: 1e9, threads: 1 })
  try {
    const found = await duckdb.rows(`SELECT CAST(to_json(r) AS VARCHAR) FROM '${file}' r`)
    return found.map(([row]) => eventIn(JSON.parse(String(row)), 'event'))
  } finally {
    await duckdb.close()
  }
}

async function avroValues(file: string): Promise<unknown[]> {
  const unpack = (data: Buffer, done: (error: Error | null, plain: Buffer) => void) => {
    void blockCodec('zstandard', 1e9)(data).then((plain) => done(null, plain))
  }
  const found: unknown[] = []
  for await (const row of createFileDecoder(file, {
    codecs: { deflate: inflateRaw, zstandard: unpack },
  })) {
    found.push(eventIn(JSON.parse(JSON.stringify(row)), 'Body'))
  }
  return found
}

function eventIn(row: Record<string, unknown>, column: string): unknown {
  return row[column] ?? row
}
