import type { Deliveries } from '../deliveries.js'
import type { Reordered } from '../reordered-list.js'
import type { Survey } from './survey.js'

/** So many repeated deliveries, and so many that are alike, are read again at most: more digests of
 * contents would take more memory than they tell. */
export const MAX_COMPARED = 500_000

/** How long SQS FIFO remembers a deduplication id. */
export const FIFO_WINDOW_US = 300e6

/** Copies of one identity that are shown. */
export const MAX_COPIES = 3

/** What findings need to know of the deliveries. */
export interface Asked {
  /** The rows of the result that have events, by number. */
  rows: readonly number[]
  rowOfGroup(group: number): number
  /** By row: what took longer is surveyed; Infinity for nothing. */
  slowAboveUs: readonly number[]
  /** How many proofs of each row are chosen from. */
  considered: number
  /** Whether contents are compared. */
  isCompared: boolean
  /** As that: how many deliveries that are near in time may be compared; 0 for none. */
  mostNear: number
}

/**
 * What findings are made of: the same, whether the deliveries are in memory or were spilled.
 * Deliveries are named by their place in `deliveries`, which are all of them, or those that matter,
 * in order of position.
 */
export interface Grounds {
  deliveries: Deliveries
  survey: Survey
  /** Of rows that ended early. */
  paces: ReadonlyMap<number, Pace>
  /** Keys that go by position alone, since a delivery of theirs lacks `receivedAt`. */
  keysByPosition: number
  repeated: RepeatedIdentities
  /** By the row of the last copy. */
  repeats: ReadonlyMap<number, RepeatsOfRow>
  reordered: ReadonlyMap<number, ReorderedOfRow>
  /** First deliveries that may be one publication under several ids; see alike.ts. */
  inSequence: Alike
  inTime: Alike
  counters: Counters
}

/** How a type came. */
export interface Pace {
  slots: Uint32Array
  /** The position of its last event, and when that was. */
  lastPos: number
  lastUs: number
}

/** Identities that came more than once, in the order in which they first came again. */
interface RepeatedIdentities {
  /** How many deliveries they have. */
  deliveries: number
  /** The deliveries of each, in order of arrival; null where they are not compared, or too many. */
  groups: number[][] | null
}

export interface RepeatsOfRow {
  /** The first few copies of the first identities, in order of arrival. */
  groups: number[][]
  delays: Delays
}

/** How long after the first copy the last one came, where both have `receivedAt`. */
export interface Delays {
  events: number
  /** The lower one of two. */
  medianUs: number
  mostUs: number
  /** How many came later than SQS FIFO remembers. */
  late: number
}

export interface ReorderedOfRow {
  /** The first by position. */
  some: Reordered[]
  /** The latest, else the one furthest behind; of equals the first. */
  worst: Reordered
  /** Whether it is known of all how late they are. */
  isTimed: boolean
}

/** First deliveries that may be one publication under several ids: their contents decide. */
export interface AlikeClass {
  /** In order of time, each within the window of the one before. */
  rows: number[]
  /** Whether their place, or their time, is the same: then what lies between them does not matter.
   * Else they are a retry only where nothing else of their key lies between. */
  samePlace: boolean
}

export interface Alike {
  classes: AlikeClass[]
  /** Deliveries that were left out, since they are too many. */
  left: number
}

/** What the counters of sources show of each other. */
export interface Counters {
  /** Deliveries that are reordered after one of another source; a few are kept. */
  across: { count: number; pairs: [late: number, after: number][] }
  /** The streams that several sources feed. */
  shared(): Promise<SharedStreams>
}

export interface SharedStreams {
  /** The numbers of the sources, the one with most events first. */
  sources: number[]
  checked: number
  reordered: number
  /** Out of order among the events of their own source. */
  alone: number
  /** Of the others, the share that follows the one before of its source by one. */
  stepsOfOne: number
}

/** By group: sources by the first group that has them, where all sources of a key share a sequence;
 * else -1. */
export function sourceNumbers({ groups }: Pick<Deliveries, 'groups'>): number[] {
  const first = new Map<string, number>()
  return groups.map(({ source, order, perSource }, group) => {
    if (order !== 'integer' || perSource) return -1
    const number = first.get(source) ?? group
    first.set(source, number)
    return number
  })
}
