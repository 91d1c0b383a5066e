import { claimPointer } from '../envelopes/claim-check.js'
import type { JsonObject, JsonValue, UndecodableReason } from '../event/event.js'
import type { BadRecord, Fault, RawRecord, ReadRecord, Report } from './object.js'

export const HEAD_BYTES = 200

/** Finds the records in the bytes of one object. */
export interface RecordReader {
  /** The records that end in this chunk. The chunk may be kept until the next. */
  push(chunk: Buffer): RawRecord[]
  /** What is left at the end, or where a fault ended the bytes. */
  end(fault: Fault | undefined): RawRecord[]
}

export interface ReaderSettings {
  /** The number of the first record. */
  firstRecord: number
  maxRecordBytes: number
  report: Report
  /** Whether what no record can be made of is wanted whole, up to `maxRecordBytes`. */
  keepsBad?: boolean | undefined
}

/** Numbers the records of an object. */
export class RecordMaker {
  readonly #maxBytes: number
  next: number

  constructor({ firstRecord, maxRecordBytes }: ReaderSettings) {
    this.next = firstRecord
    this.#maxBytes = maxRecordBytes
  }

  /** @param bytes the JSON text of the value */
  value(value: JsonValue, bytes: Buffer): RawRecord {
    return this.#record(value, bytes, true)
  }

  /** @param bytes what the value was made of, and no JSON text of it */
  made(value: JsonValue, bytes: Buffer): RawRecord {
    return this.#record(value, bytes, false)
  }

  #record(value: JsonValue, bytes: Buffer, isText: boolean): RawRecord {
    const object = isObject(value) ? value : claimPointer(value)
    if (object) return new JsonRecord(this.next++, object, { bytes, isText })
    return this.bad('not an object', `is ${kindOf(value)}, not an object`, bytes)
  }

  bad(
    reason: UndecodableReason,
    detail: string,
    bytes: Buffer,
    sizeBytes = bytes.length,
    whole = bytes.length === sizeBytes ? bytes : undefined,
  ): BadRecord {
    const head = Uint8Array.from(bytes.subarray(0, HEAD_BYTES))
    return new UnreadRecord(this.next++, { reason, detail, head, sizeBytes }, whole)
  }

  overLimit(head: Buffer, sizeBytes: number): BadRecord {
    const detail = `has ${grouped(sizeBytes)} bytes, more than ${grouped(this.#maxBytes)}`
    return this.bad('over the limit', detail, head, sizeBytes)
  }
}

class JsonRecord implements ReadRecord {
  readonly record: number
  readonly value: JsonObject
  readonly #bytes: Buffer
  readonly #isText: boolean

  constructor(record: number, value: JsonObject, of: { bytes: Buffer; isText: boolean }) {
    this.record = record
    this.value = value
    this.#bytes = of.bytes
    this.#isText = of.isText
  }

  get text(): Buffer | undefined {
    return this.#isText ? this.#bytes : undefined
  }

  get sizeBytes(): number {
    return this.#bytes.length
  }

  get head(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(0, HEAD_BYTES))
  }
}

class UnreadRecord implements BadRecord {
  readonly #bytes: Buffer | undefined

  constructor(
    readonly record: number,
    readonly bad: BadRecord['bad'],
    bytes: Buffer | undefined,
  ) {
    this.#bytes = bytes
  }

  get bytes(): Buffer | undefined {
    return this.#bytes
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kindOf(value: JsonValue): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}

const grouped = (n: number) => n.toLocaleString('en')
