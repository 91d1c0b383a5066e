import { createHash } from 'node:crypto'
import type { FileObject, Sniffed } from '../archives/object.js'
import { readRecords } from '../archives/records.js'
import { sniff } from '../archives/sniff.js'
import { jsonText } from '../event/json.js'

/**
 * Whether what is left of an object is still read as it was. It may look like another kind then: a
 * file of CloudTrail without records, values that are lines by now. Where no record of it can be
 * read any more, nothing is lost by that.
 */
export async function isReadAlike(left: FileObject, known: Sniffed): Promise<boolean> {
  const sniffed = await sniff(left)
  if (sniffed.format === known.format) return true
  const before = await valuesIn(left, known)
  return before.count === 0 || (await valuesIn(left, sniffed)).sha256 === before.sha256
}

async function valuesIn(object: FileObject, sniffed: Sniffed) {
  const hash = createHash('sha256')
  let count = 0
  for await (const batch of readRecords(object, sniffed)) {
    for (const record of batch) {
      if (!('value' in record)) continue
      count += 1
      hash.update(`${jsonText(record.value)}\n`)
    }
  }
  return { count, sha256: hash.digest('hex') }
}
