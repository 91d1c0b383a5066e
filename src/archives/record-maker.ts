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
    const object = isObject(value) ? value : claimPointer(value)
    if (object) return new JsonRecord(this.next++, object, bytes)
    return this.bad('not an object', `is ${kindOf(value)}, not an object`, bytes)
  }

  bad(
    reason: UndecodableReason,
    detail: string,
    bytes: Buffer,
    sizeBytes = bytes.length,
  ): BadRecord {
    const head = Uint8Array.from(bytes.subarray(0, HEAD_BYTES))
    return { record: this.next++, bad: { reason, detail, head, sizeBytes } }
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

  constructor(record: number, value: JsonObject, bytes: Buffer) {
    this.record = record
    this.value = value
    this.#bytes = bytes
  }

  get sizeBytes(): number {
    return this.#bytes.length
  }

  get head(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(0, HEAD_BYTES))
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
