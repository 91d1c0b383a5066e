import { type Deliveries, deliveryFlags } from '../deliveries.js'
import { HashTable } from '../hash-table.js'
import type { Judged } from '../judge.js'
import { tiedInPlace } from './tied.js'

/**
 * An SDK sends again when no answer came: a read timeout after the attempt (60 s in botocore, the
 * longest default of the SDKs) and a back-off of at most 20 s, so two attempts are less than two
 * minutes apart. More attempts than five (botocore's legacy mode) none of them makes by default.
 */
const RETRY_WINDOW_US = 120e6
export const MAX_ATTEMPTS = 5

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
  /** Deliveries that were left out, since too many lie close together. */
  left: number
}

interface AlikeOptions {
  deliveries: Deliveries
  streams: Judged['streams']
  arrival: Judged['arrival']
  reordered: Judged['reordered']
}

/** By key and sequence, where there are both: whatever was published twice has the same. */
export function alikeInSequence(options: AlikeOptions): AlikeClass[] {
  const { deliveries, streams } = options
  const { groupOf } = deliveries
  const { streamOf, places } = streams
  const sequenced = deliveries.groups.map(({ order }) => order !== 'time')
  const tied = tiedInPlace(options, sequenced)
  const classes = new Map<string, number[]>()
  for (const at of tied) {
    if (!isIdentified(deliveries, at)) continue
    const name = `${groupOf[at]},${streamOf[at]},${places[at]}`
    const rows = classes.get(name)
    if (rows) rows.push(at)
    else classes.set(name, [at])
  }
  return [...classes.values()]
    .flatMap((rows) => runsOf(deliveries, rows, RETRY_WINDOW_US))
    .map((rows) => ({ rows, samePlace: true }))
}

/** By key and nearness in time, where no sequence says more. Where more than `most` deliveries
 * would have to be compared, those of the very same time; where these are too many too, none. */
export function alikeInTime({ deliveries }: AlikeOptions, most: number): Alike {
  const runs = bucketsOf(deliveries).flatMap((rows) => runsOf(deliveries, rows, RETRY_WINDOW_US))
  const near = sizeOf(runs)
  if (near <= most) return { classes: runs.map((rows) => ({ rows, samePlace: false })), left: 0 }
  const same = runs.flatMap((rows) => runsOf(deliveries, rows, 0))
  const equal = sizeOf(same)
  if (equal > most) return { classes: [], left: near }
  return { classes: same.map((rows) => ({ rows, samePlace: true })), left: near - equal }
}

/** Whether there are deliveries that alikeInTime would look at. */
export function goesByTime({ groups, groupOf, count, flags }: Deliveries): boolean {
  const byTime = groups.map(({ order }) => order === 'time')
  for (let at = 0; at < count; at++) {
    if (byTime[groupOf[at] as number] || (flags[at] as number) & deliveryFlags.noKey) return true
  }
  return false
}

/** First deliveries whose order is that of time, or that have no key, by group and key. */
function bucketsOf(deliveries: Deliveries): number[][] {
  const { count, groups, groupOf, keyOf, flags } = deliveries
  const byTime = groups.map(({ order }) => order === 'time')
  const table = new HashTable()
  const buckets: number[][] = []
  for (let at = 0; at < count; at++) {
    const noKey = ((flags[at] as number) & deliveryFlags.noKey) !== 0
    const group = groupOf[at] as number
    if (!noKey && !byTime[group]) continue
    if (!isIdentified(deliveries, at) || Number.isNaN(momentOf(deliveries, at))) continue
    const number = table.numberOf(noKey ? 0 : (keyOf[at] as number) + 1, group)
    const bucket = buckets[number]
    if (bucket) bucket.push(at)
    else buckets[number] = [at]
  }
  return buckets
}

/** Only ids that differ make a second publication, and only first deliveries are published. */
function isIdentified({ flags }: Deliveries, at: number): boolean {
  return ((flags[at] as number) & (deliveryFlags.noId | deliveryFlags.again)) === 0
}

/** The runs of at least two in which each is no more than `windowUs` after the one before. */
function runsOf(deliveries: Deliveries, rows: readonly number[], windowUs: number): number[][] {
  const moment = (at: number) => momentOf(deliveries, at)
  const sorted = rows.toSorted((a, b) => moment(a) - moment(b) || a - b)
  const runs: number[][] = []
  let run: number[] = []
  for (const at of sorted) {
    const before = run.at(-1)
    if (before !== undefined && !(moment(at) - moment(before) <= windowUs)) {
      if (run.length > 1) runs.push(run)
      run = []
    }
    run.push(at)
  }
  if (run.length > 1) runs.push(run)
  return runs
}

export function momentOf({ timesUs, receivedUs }: Deliveries, at: number): number {
  const timeUs = timesUs[at] as number
  return Number.isNaN(timeUs) ? (receivedUs[at] as number) : timeUs
}

function sizeOf(runs: readonly (readonly number[])[]): number {
  return runs.reduce((sum, { length }) => sum + length, 0)
}
