import type { JsonObject, UndecodableReason } from '../event/event.js'
import type { PeekedStream } from './peeked-stream.js'

/** A file of an archive, as it was when the archive was listed. */
export interface FileObject {
  readonly kind: 'file'
  /** As the user would type it: relative to what he typed. */
  readonly path: string
  /** Absolute. */
  readonly file: string
  readonly sizeBytes: number
  readonly mtimeMs: number
}

/** Standard input, or a named pipe. It can be read once. */
export interface StreamObject {
  readonly kind: 'stream'
  readonly path: string
  readonly stream: PeekedStream
}

/** What has to be fetched before it can be read, as an object of S3. */
export interface RemoteObject {
  readonly kind: 'remote'
  readonly path: string
  /** Its whole address, whose folders may say a time. */
  readonly address: string
  /** What tells this version of it from others. */
  readonly version: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly copy: LocalCopy
}

/** A file of what is elsewhere. */
export interface LocalCopy {
  /** Fetches it, unless it is here: it stays at least until it is released. */
  hold(): Promise<HeldCopy | Fault>
  /** Begins to fetch it, where there is room for it. */
  prefetch(): void
  /** Gives up fetching: what waits for it is told that it was cut. */
  stop(): void
}

export interface HeldCopy {
  readonly file: string
  readonly mtimeMs: number
  release(): void
}

/** What has a size and can be read again. */
export type StoredObject = FileObject | RemoteObject

/** What can be read as it is. */
export type ReadableObject = FileObject | StreamObject

export type ArchiveObject = FileObject | RemoteObject | StreamObject

/** What makes an object the same one in another run, as far as its place says. */
export function identityOf(object: StoredObject): string {
  return object.kind === 'file' ? object.file : `${object.address} ${object.version}`
}

/** Why an object could not be read whole. `cut`: it ends early. `corrupt`: its compression is
 * damaged. `changed`: it is not what was listed any more. `refused`: whoever has it does not give
 * it. `detail` follows the object's name. */
export interface Fault {
  readonly reason: 'cut' | 'corrupt' | 'changed' | 'refused'
  readonly detail: string
}

/** Whether something of the object was not read: not so where it only grew since it was listed. */
export function isLoss({ reason, detail }: Fault): boolean {
  return reason !== 'changed' || !/^(grew|was written)/.test(detail)
}

export type Report = (fault: Fault) => void

export type Compression = 'none' | 'gzip' | 'zstd'

/** `cloudtrail`: `{"Records":[…]}`, whose entries are the records. `hlog`, `hgrm`: a histogram log,
 * a percentile table, which hold no events. `csv`, `tsv`: a table in text, whose first row names
 * its columns. */
export type Format =
  | 'ndjson'
  | 'array'
  | 'concatenated'
  | 'cloudtrail'
  | 'avro'
  | 'csv'
  | 'tsv'
  | 'parquet'
  | 'hlog'
  | 'hgrm'
  | 'empty'

/** What the first bytes of an object say about it. */
export interface Sniffed {
  readonly compression: Compression
  readonly format: Format
  /** It begins with a UTF-8 byte order mark, which belongs to no record. */
  readonly bom: boolean
  /** It begins with a UTF-16 byte order mark: its lines are records, none of them readable. */
  readonly utf16: boolean
  /** A table in text whose cells these separate, not commas. */
  readonly delimiter?: ';' | '|'
  /** A table, in whose quoted cells a quote is written with a backslash. */
  readonly backslashes?: boolean
}

/** A record that holds a JSON object. */
export interface ReadRecord {
  /** From 1, over the records of the object, undecodable ones and entries of arrays included. */
  readonly record: number
  readonly value: JsonObject
  /** Of the JSON text, without what surrounds it. */
  readonly sizeBytes: number
  /** The first 200 bytes: a copy, made when asked for. */
  readonly head: Uint8Array
  /** Its JSON text as it stands there; undefined where evt made the value of something else. */
  readonly text?: Buffer | undefined
}

/** A record that holds none. */
export interface BadRecord {
  readonly record: number
  readonly bad: {
    readonly reason: UndecodableReason
    /** What failed, for people, without the data: `is not JSON at character 5`. */
    readonly detail: string
    /** The first 200 bytes. */
    readonly head: Uint8Array
    readonly sizeBytes: number
  }
  /** All of it, where it is held: a view of what was read. */
  readonly bytes?: Buffer | undefined
}

export type RawRecord = ReadRecord | BadRecord
