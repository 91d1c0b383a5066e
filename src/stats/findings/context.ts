import type { ArchiveObject } from '../../archives/object.js'
import type { Duckdb } from '../../engines/duckdb.js'
import type { RecordValue } from '../../envelopes/decode.js'
import type { Outside } from '../../envelopes/outside.js'
import type { Decoded } from '../../event/event.js'
import type { Mapping } from '../../event/mapping.js'
import type { Deliveries } from '../deliveries.js'
import type { Judged } from '../judge.js'
import type { Loaded } from '../load.js'
import type { Measured } from '../measure.js'

/** What findings are made of. Deliveries that are kept elsewhere (count 0) and empty judgements
 * leave the findings that figures alone can tell, without witnesses. */
export interface FindingsContext {
  deliveries: Deliveries
  judged: Pick<Judged, 'arrival' | 'repeats' | 'streams' | 'reordered'>
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
