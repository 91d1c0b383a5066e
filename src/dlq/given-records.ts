import type { RecordValue } from '../envelopes/decode.js'
import type { JsonObject, JsonValue } from '../event/event.js'
import { jsonText } from '../event/json.js'
import { objectOf, parsed, textOf } from './failure.js'
import type { Decode } from './letter.js'
import type { StreamRecord } from './result.js'
import { streamRecord } from './stream-records.js'

/** The records that a function was given, which Lambda leaves in S3 beside what it tells of them:
 * its event as text. Undefined where there is none. */
export async function givenRecords(
  body: JsonValue,
  at: RecordValue['position'],
  decode: Decode,
): Promise<StreamRecord[] | undefined> {
  const { payload } = objectOf(body)
  const event = typeof payload === 'string' ? parsed(payload) : payload
  const { Records: entries } = objectOf(event)
  if (!Array.isArray(entries)) return undefined
  const found: StreamRecord[] = []
  for (const entry of entries) {
    const record = objectOf(entry)
    const sequence =
      textOf(objectOf(record['kinesis'])['sequenceNumber']) ??
      textOf(objectOf(record['dynamodb'])['SequenceNumber'])
    if (sequence === null) continue
    found.push(await streamRecord(sequence, recordAt(entry, at), decode))
  }
  return found.length === 0 ? undefined : found
}

/** A value that stands in a record, as a record of its own. */
export function recordAt(value: JsonValue, position: RecordValue['position']): RecordValue {
  const text = Buffer.from(jsonText(value))
  // What is no object is found to be none.
  return {
    value: value as JsonObject,
    position,
    sizeBytes: text.length,
    head: text.subarray(0, 200),
  }
}
