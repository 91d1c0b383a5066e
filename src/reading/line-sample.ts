import type { FileObject } from '../archives/object.js'
import { readRecords } from '../archives/records.js'
import type { RecordValue } from '../envelopes/decode.js'
import { recordOf } from './decode-records.js'
import { plainLines } from './plain-lines.js'

export const SAMPLED_RECORDS = 100

/** The first records of a line-delimited file that can be read. */
export async function sampleOf(file: FileObject): Promise<RecordValue[]> {
  const sample: RecordValue[] = []
  for await (const batch of readRecords(file, plainLines, { chunkBytes: 256 * 1024 })) {
    for (const raw of batch) if ('value' in raw) sample.push(recordOf(file.path, raw))
    if (sample.length >= SAMPLED_RECORDS) break
  }
  return sample.slice(0, SAMPLED_RECORDS)
}

/** Whether DuckDB cannot read a file, which the decoder may read all the same. */
export function isUnreadable(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(IO|Invalid Input|Out of Range|Conversion|Out of Memory) Error/.test(error.message)
  )
}
