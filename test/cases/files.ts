import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { zstdStored } from '../archives/zstd-file.js'
import type { CaseFileSpec, CasePiece } from './case-file.js'

/** Makes the files of a case below a folder. */
export async function makeFiles(folder: string, files: Record<string, CaseFileSpec>) {
  const modes: [path: string, mode: string][] = []
  for (const [path, spec] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    if (typeof spec === 'string') writeFileSync(file, spec)
    else if ('linkTo' in spec) symlinkSync(spec.linkTo, file)
    else if ('folder' in spec) mkdirSync(file, { recursive: true })
    else if ('parquet' in spec)
      writeFileSync(file, damaged(await parquetOf(spec.parquet, file), spec))
    else writeFileSync(file, damaged(bytesOf(spec), spec))
    if (typeof spec !== 'string' && 'mode' in spec && spec.mode) modes.push([file, spec.mode])
  }
  for (const [file, mode] of modes) chmodSync(file, Number.parseInt(mode, 8))
}

interface Content {
  of: readonly CasePiece[]
  gzip?: boolean | undefined
  zstd?: boolean | undefined
}

function bytesOf({ of, gzip, zstd }: Content): Buffer {
  const bytes = Buffer.concat(of.map(pieceBytes))
  if (zstd) return zstdStored(bytes)
  // Stored, not deflated: of the same size with every version of zlib.
  return gzip ? gzipSync(bytes, { level: 0 }) : bytes
}

function pieceBytes(piece: CasePiece): Buffer {
  if (typeof piece === 'string') return Buffer.from(piece)
  if ('hex' in piece) return Buffer.from(piece.hex.replaceAll(' ', ''), 'hex')
  if ('repeat' in piece) return Buffer.from(piece.repeat.repeat(piece.times))
  const bytes = Buffer.alloc(piece.noiseBytes)
  let state = 1
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

interface Damage {
  cutBytes?: number | undefined
  flipAt?: number | undefined
}

function damaged(bytes: Buffer, { cutBytes = 0, flipAt }: Damage) {
  if (flipAt !== undefined) {
    const at = flipAt < 0 ? bytes.length + flipAt : flipAt
    bytes[at] = (bytes[at] ?? 0) ^ 0xff
  }
  return bytes.subarray(0, bytes.length - cutBytes)
}

async function parquetOf(sql: string, file: string): Promise<Buffer> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`COPY (${sql}) TO '${file}' (FORMAT parquet)`)
  connection.closeSync()
  const bytes = readFileSync(file)
  rmSync(file)
  return bytes
}
