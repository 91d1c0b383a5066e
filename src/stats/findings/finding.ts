import type { ArchiveObject } from '../../archives/object.js'
import type { Duckdb } from '../../engines/duckdb.js'
import type { RecordValue } from '../../envelopes/decode.js'
import type { Decoded } from '../../event/event.js'
import type { Mapping } from '../../event/mapping.js'
import type { Deliveries } from '../deliveries.js'
import type { Judged } from '../judge.js'
import type { Loaded } from '../load.js'
import type { Measured } from '../measure.js'
import type { Rereader } from '../reread.js'
import type { Finding, TypeRow } from '../result.js'
import type { Proof } from '../witnesses.js'
import type { Contents } from './contents.js'
import type { Survey } from './survey.js'

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
  objects: readonly ArchiveObject[]
  decode: (record: RecordValue) => Decoded[]
  duckdb: Duckdb
  /** Whether contents are read again to be compared; `auto`: where that is cheap. */
  content: boolean | 'auto'
  /** After an abort nothing is read again. */
  signal: AbortSignal
}

/** The context, and what is worked out of it once for all kinds of findings. */
export interface Evidence extends FindingsContext {
  /** The rows of the result that have events. */
  rows: readonly FindingRow[]
  /** The number of the row that a delivery counts in. */
  rowOf(at: number): number
  survey: Survey
  contents: Contents
  rereader: Rereader
  /** Arrivals are on more than one day: times of day need their date. */
  isDated: boolean
}

export interface FindingRow {
  /** What `rowOf` gives for its deliveries, and its place in `survey.rows`. */
  number: number
  type: string
  source: string
  figures: TypeRow
}

/** A finding before its witnesses are looked up. */
export interface Draft extends Omit<Finding, 'witnesses'> {
  /** About how many events are concerned: orders findings of one severity. */
  weight: number
  /** Witnesses that nothing has to be read for. */
  witnesses?: Finding['witnesses']
  proof?: Proof
}

/** One kind of finding, or a few that are found together. */
export type FindingPart = (evidence: Evidence) => Draft[] | Promise<Draft[]>

/** The type and source of a finding about one row. */
export function about({ type, source }: { type: string; source: string }) {
  return { type: type === '*' ? null : type, source }
}

/** How a finding about several rows names them: by type and source where it is one alone. */
export function aboutAll(rows: readonly { type: string; source: string }[]) {
  const [only] = rows
  return only && rows.length === 1 ? about(only) : { type: null, source: null }
}
