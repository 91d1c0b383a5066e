import { parseTime } from '../../event/time.js'
import { HIGHEST_US } from '../../meters/hdr.js'
import { HdrBuckets, summaryOf } from '../../meters/hdr-buckets.js'
import { readHdr } from '../../meters/hdr-v2.js'
import { hlogText, tagOf, type WrittenRow } from '../../meters/hlog-text.js'
import type { LatencyInterval } from '../latency-intervals.js'
import type { StatsResult } from '../result.js'

/**
 * The latencies of a result as a histogram log: a row for each type, tagged with its name, and one
 * without a tag for all of them; with intervals, such a set for each. What has no latency has no
 * row. Skewed and overflowing values are in no histogram, so in no log.
 */
export function logOf(
  result: StatsResult,
  intervals: readonly LatencyInterval[] | undefined,
  windowUs: number | null,
): string {
  const sets = intervals ?? wholeOf(result)
  const lengthUs = windowUs ?? spanUs(result).lengthUs
  const places = new Map(result.types.map((row, place) => [rowName(row), place]))
  const placeOf = (row: RowName) => places.get(rowName(row)) ?? places.size
  const rows = sets.flatMap(({ startUs, rows, total }) => [
    ...rows
      .sort((a, b) => placeOf(a) - placeOf(b))
      .map((row) => written(tagOf(rowName(row)), startUs, lengthUs, row.hdr)),
    written(null, startUs, lengthUs, total),
  ])
  return hlogText({ startUs: rows[0]?.startUs ?? null, notes: notesOf(result), rows })
}

/** What a file of histograms says where it is not of all events. */
export function notesOf({ partial, sample }: StatsResult): string[] {
  return [
    ...(partial ? ['Partial: not all was read'] : []),
    ...(sample === undefined ? [] : [`Sample: a share of ${sample}`]),
  ]
}

/** The histogram of all latencies. */
export function totalOf(result: StatsResult): HdrBuckets {
  const { hdr } = result.total.latencyMs
  return hdr === null ? new HdrBuckets(3, 0, BigInt(HIGHEST_US)) : bucketsOf(hdr)
}

/** The histogram that a row of a result has as text. */
export function bucketsOf(hdr: string): HdrBuckets {
  const reading = readHdr(hdr)
  if (!reading.ok) throw new Error(`a histogram of evt ${reading.fault}`)
  return reading.histogram
}

type RowName = { source: string; type: string }

/** As rows are named everywhere; by source, the type is `*`. */
function rowName({ source, type }: RowName): string {
  if (type === '*') return source
  return source === '' ? type : `${source}/${type}`
}

function wholeOf(result: StatsResult): LatencyInterval[] {
  const { hdr } = result.total.latencyMs
  if (hdr === null) return []
  const rows = result.types.flatMap(({ source, type, latencyMs }) =>
    latencyMs.hdr === null ? [] : [{ source, type, hdr: latencyMs.hdr }],
  )
  return [{ startUs: spanUs(result).startUs, rows, total: hdr }]
}

/** From the first to the last arrival. */
function spanUs({ span }: StatsResult): { startUs: number; lengthUs: number } {
  const us = (time: string | null) => {
    const reading = parseTime(time)
    return reading && 'timeUs' in reading ? reading.timeUs : 0
  }
  const startUs = us(span.firstReceivedAt)
  return { startUs, lengthUs: us(span.lastReceivedAt) - startUs }
}

function written(tag: string | null, startUs: number, lengthUs: number, hdr: string): WrittenRow {
  return { tag, startUs, lengthUs, maxUs: summaryOf(bucketsOf(hdr))?.max ?? 0, base64: hdr }
}
