import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { tableFromIPC } from 'apache-arrow'
import { stringify } from 'yaml'
import type { Case } from './case-file.js'

/** What a case shows of stdout. */
export async function shown(stdout: Buffer, as: Case['stdoutAs']): Promise<string> {
  if (as === undefined || stdout.length === 0) return stdout.toString()
  if (as === 'arrow') return rowLines(tableFromIPC(stdout).toArray())
  if (as === 'parquet') return rowLines(await parquetRows(stdout))
  const json: unknown = JSON.parse(stdout.toString())
  const fields = as.map((path) => [path, fieldAt(json, path.split('.'))])
  return stringify(Object.fromEntries(fields), { lineWidth: 0 })
}

function rowLines(rows: readonly unknown[]): string {
  const safe = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)
  return rows.map((row) => `${JSON.stringify(row, safe)}\n`).join('')
}

/** `types.*.events`: of a list, the field of each. */
function fieldAt(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value
  if (name === '*' && Array.isArray(value)) return value.map((each) => fieldAt(each, rest))
  if (typeof value !== 'object' || value === null) return null
  return fieldAt(Reflect.get(value, name) ?? null, rest)
}

async function parquetRows(bytes: Buffer): Promise<readonly unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'evt-case-'))
  const file = join(folder, 'rows.parquet')
  writeFileSync(file, bytes)
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  try {
    return (await connection.runAndReadAll(`FROM '${file}'`)).getRowObjectsJson()
  } finally {
    connection.closeSync()
    rmSync(folder, { recursive: true })
  }
}
