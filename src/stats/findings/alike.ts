import { type Deliveries, deliveryFlags } from '../deliveries.js'
import { HashTable } from '../hash-table.js'
import type { Judged } from '../judge.js'
import type { Alike, AlikeClass } from './grounds.js'
import type { Survey } from './survey.js'
import { tiedInPlace } from './tied.js'

/**
 * An SDK sends again when no answer came: a read timeout after the attempt (60 s in botocore, the
 * longest default of the SDKs) and a back-off of at most 20 s, so two attempts are less than two
 * minutes apart. More attempts than five (botocore's legacy mode) none of them makes by default.
 */
const RETRY_WINDOW_US = 120e6
export const MAX_ATTEMPTS = 5

interface AlikeOptions {
  deliveries: Deliveries
  streams: Judged['streams']
  arrival: Judged['arrival']
  reordered: Judged['reordered']
}

/** By key and sequence, where there are both: whatever was published twice has the same. Where
 * these are more than `most`, none. */
export function alikeInSequence(options: AlikeOptions, most: number): Alike {
  const { deliveries, streams } = options
  const { groupOf } = deliveries
  const { streamOf, places } = streams
  const sequenced = deliveries.groups.map(({ order }) => order !== 'time')
  const tied = tiedInPlace(options, sequenced)
  const classes = new Map<string, number[]>()
  for (const at of tied) {
    if (!isCandidate(deliveries, at)) continue
    const name = `${groupOf[at]},${streamOf[at]},${places[at]}`
    const rows = classes.get(name)
    if (rows) rows.push(at)
    else classes.set(name, [at])
  }
  const runs = classesIn(deliveries, classes.values(), true)
  const shared = sizeOf(runs)
  return shared <= most ? { classes: runs, left: 0 } : { classes: [], left: shared }
}

/** The runs of each bucket in which each is within the window after the one before.
 *
 * @param buckets deliveries of one place, or of one key */
export function classesIn(
  deliveries: Deliveries,
  buckets: Iterable<readonly number[]>,
  samePlace: boolean,
): AlikeClass[] {
  const runs = [...buckets].flatMap((rows) => runsOf(deliveries, rows, RETRY_WINDOW_US))
  return runs.map((rows) => ({ rows, samePlace }))
}

/** Of classes that are near in time, those of the very same time. */
export function ofSameTime(deliveries: Deliveries, classes: readonly AlikeClass[]): AlikeClass[] {
  const runs = classes.flatMap(({ rows }) => runsOf(deliveries, rows, 0))
  return runs.map((rows) => ({ rows, samePlace: true }))
}

/** By key and nearness in time, where no sequence says more. Where more than `most` deliveries
 * would have to be compared, those of the very same time; where these are too many too, none. */
export function alikeInTime({ deliveries }: AlikeOptions, most: number): Alike {
  const classes = classesIn(deliveries, bucketsOf(deliveries), false)
  const near = sizeOf(classes)
  if (near <= most) return { classes, left: 0 }
  const same = ofSameTime(deliveries, classes)
  const equal = sizeOf(same)
  return equal > most ? { classes: [], left: near } : { classes: same, left: near - equal }
}

/** Whether there are deliveries that alikeInTime would look at. */
export function goesByTime({ groups }: Pick<Deliveries, 'groups'>, survey: Survey): boolean {
  return survey.groups.some(
    ({ events, noKey }, group) => noKey > 0 || (events > 0 && groups[group]?.order === 'time'),
  )
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
    if (!isCandidate(deliveries, at)) continue
    const number = table.numberOf(noKey ? 0 : (keyOf[at] as number) + 1, group)
    const bucket = buckets[number]
    if (bucket) bucket.push(at)
    else buckets[number] = [at]
  }
  return buckets
}

/** Only ids that differ make a second publication, and only first deliveries are published. */
function isCandidate(deliveries: Deliveries, at: number): boolean {
  const excluded = deliveryFlags.noId | deliveryFlags.again
  const isExcluded = ((deliveries.flags[at] as number) & excluded) !== 0
  return !isExcluded && !Number.isNaN(momentOf(deliveries, at))
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

function sizeOf(classes: readonly AlikeClass[]): number {
  return classes.reduce((sum, { rows }) => sum + rows.length, 0)
}
