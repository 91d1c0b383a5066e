import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import type { Fault, FileObject, RawRecord } from '../../src/archives/object.js'
import { type RecordOptions, readRecords } from '../../src/archives/records.js'
import { sniff } from '../../src/archives/sniff.js'

/** A folder that is gone after the tests of the file. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'evt-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function write(folder: string, path: string, content: string | Uint8Array = ''): FileObject {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  return listed(file, path)
}

/** The object as a listing finds it now. */
export function listed(file: string, path = file): FileObject {
  const { size, mtimeMs } = statSync(file)
  return { kind: 'file', path, file, sizeBytes: size, mtimeMs }
}

/** Everything that an object holds, with the faults of reading it. */
export async function readAll(object: FileObject, options: RecordOptions = {}) {
  const faults: Fault[] = []
  const records: RawRecord[] = []
  const report = (fault: Fault) => faults.push(fault)
  for await (const batch of readRecords(object, await sniff(object), { ...options, report })) {
    records.push(...batch)
  }
  return { records, faults }
}

/** A record in short: its value, or why there is none. */
export function short(record: RawRecord): unknown {
  return 'bad' in record ? record.bad.reason : record.value
}

/** A record whole, to be compared. */
export function plainRecord(record: RawRecord): unknown {
  if (!('bad' in record)) {
    const { value, sizeBytes, head } = record
    return { record: record.record, value, sizeBytes, head: Buffer.from(head).toString('latin1') }
  }
  const { reason, detail, head, sizeBytes } = record.bad
  const shown = Buffer.from(head).toString('latin1')
  return { record: record.record, reason, detail, sizeBytes, head: shown }
}
