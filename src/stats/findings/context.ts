import type { ArchiveObject } from '../../archives/object.js'
import type { Duckdb } from '../../engines/duckdb.js'
import type { RecordValue } from '../../envelopes/decode.js'
import type { Outside } from '../../envelopes/outside.js'
import type { Decoded } from '../../event/event.js'
import type { Mapping } from '../../event/mapping.js'
import type { Deliveries } from '../deliveries.js'
import type { Loaded } from '../load.js'
import type { Measured } from '../measure.js'
import type { Asked, Grounds } from './grounds.js'

/** What is known of an archive before its findings are made. */
export interface FindingsContext {
  /** With all groups and objects; the deliveries themselves may be kept elsewhere. */
  deliveries: Deliveries
  groundsOf(asked: Asked): Grounds | Promise<Grounds>
  loaded: Pick<
    Loaded,
    | 'objectFaults'
    | 'faultyFields'
    | 'faultyFieldCounts'
    | 'undecodables'
    | 'undecodableReasons'
    | 'undecodable'
    | 'records'
  >
  measured: Pick<Measured, 'total' | 'types' | 'span'>
  /** What the rows of the result are. */
  by: 'type' | 'source'
  mapping: Mapping
  presets: readonly string[] | undefined
  outside?: Outside | undefined
  objects: readonly ArchiveObject[]
  decode: (record: RecordValue) => Decoded[]
  duckdb: Duckdb
  /** Whether contents are read again to be compared; `auto`: where that is cheap. */
  content: boolean | 'auto'
  /** After an abort nothing is read again. */
  signal: AbortSignal
}
