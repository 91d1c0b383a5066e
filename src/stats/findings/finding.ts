import type { Deliveries } from '../deliveries.js'
import type { Rereader } from '../reread.js'
import type { Finding, StatsRow, TypeRow } from '../result.js'
import type { Proof } from '../witnesses.js'
import type { Contents } from './contents.js'
import type { FindingsContext } from './context.js'
import type { Grounds } from './grounds.js'
import type { Survey } from './survey.js'

/** The context, and what is worked out of it once for all kinds of findings. */
export interface Evidence extends Omit<FindingsContext, 'groundsOf'> {
  grounds: Grounds
  /** How many proofs a finding may choose from. */
  considered: number
  /** The rows of the result that have events. */
  rows: readonly FindingRow[]
  /** The number of the row that a delivery of the grounds counts in. */
  rowOf(at: number): number
  contents: Contents
  rereader: Rereader
  /** Arrivals are on more than one day: times of day need their date. */
  isDated: boolean
}

/** What is known of events that were counted as they came and not kept. */
export interface Counted extends Pick<Evidence, 'loaded' | 'rows' | 'mapping'> {
  measured: { total: Pick<StatsRow, 'events'> }
  deliveries: Pick<Deliveries, 'groups' | 'atOf'>
  grounds: { survey: Pick<Survey, 'groups'>; keysByPosition: number }
}

export interface FindingRow {
  /** What `rowOf` gives for its deliveries, and its place in the survey's rows. */
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
