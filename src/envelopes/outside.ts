import type { ReadAvro } from '../avro/schema.js'

/** What was looked up, or why it cannot be used, as the end of a sentence about it. */
export type Found<T> = { ok: true; value: T } | { ok: false; detail: string }

/**
 * What records refer to and do not hold. It is asked while a record is decoded, and throws
 * `Missing` for what has not been fetched yet.
 */
export interface Outside {
  /** Absent: nobody said where schemas are. */
  schemas?: Schemas | undefined
  /** Absent: claim checks are not followed. */
  claims?: Claims | undefined
}

export interface Schemas {
  /** @param id the number of a schema in a registry of Confluent, or the UUID of a schema version
   * in one of Glue */
  reader(id: string): Found<ReadAvro>
}

/** Where a payload was put that its message only points to: an object of S3, or another address,
 * which is shown and not followed. */
export type Claim = { bucket: string; key: string } | { address: string }

export interface Claims {
  /** The bytes of the payload, as they were put there. */
  content(claim: Claim): Found<Buffer>
}
