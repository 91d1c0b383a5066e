import { readHdr } from '../../meters/hdr-v2.js'
import { type HlogRow, nameOfTag, readHlogLine } from '../../meters/hlog-text.js'
import type { Interval } from './merged.js'
import type { HlogUnit } from './result.js'

export interface LogRow extends Interval {
  tag: string | null
  /** Of a log by evt, whose rows without a tag are the totals of the others. */
  isOwn: boolean
  /** Nobody said what the unit is: it was assumed. */
  isUnitAssumed: boolean
}

/** A row, or why there is none; `line` and `head` where it is not the line that was read last. */
export type ReadLine = { row: LogRow } | { fault: string; line?: number; head?: string }

const YEAR_SECONDS = 365 * 24 * 3600
const ASSUMED_UNIT = 'us'

/**
 * Reads the lines of one log in their order. Times are as HistogramLogReader takes them: without a
 * BaseTime, they count from StartTime where the first lies more than a year before it, and from the
 * epoch otherwise.
 */
export class LogReader {
  private start: number | undefined
  private base: number | undefined
  private isOwn = false
  /** What a log by evt says of itself: that it is not of all events. */
  readonly notes: string[] = []

  /** @param unit of the values, where the log does not say */
  constructor(private readonly unit: HlogUnit | undefined) {}

  /** Undefined for a line that has nothing to tell, such as a comment. */
  read(text: string): ReadLine | undefined {
    const line = readHlogLine(text)
    switch (line.kind) {
      case 'row':
        return this.row(line.row)
      case 'bad':
        return { fault: line.fault }
      case 'version':
        // Another log begins: somebody put several into one file.
        this.isOwn = false
        this.start = undefined
        this.base = undefined
        return undefined
      case 'own':
        this.isOwn = true
        return undefined
      case 'note':
        if (this.isOwn) this.notes.push(line.text)
        return undefined
      case 'start':
        this.start = line.seconds
        return undefined
      case 'base':
        this.base = line.seconds
        return undefined
      case 'comment':
        return undefined
    }
  }

  /** All rows were given when they were read. */
  end(): ReadLine[] {
    return []
  }

  private row({ tag, startSeconds, lengthSeconds, base64 }: HlogRow): ReadLine {
    const reading = readHdr(base64)
    if (!reading.ok) return { fault: reading.fault }
    this.base ??= this.baseFor(startSeconds)
    const { isOwn } = this
    const start = startSeconds + this.base
    return {
      row: {
        tag: tag !== null && isOwn ? nameOfTag(tag) : tag,
        histogram: reading.histogram,
        unit: isOwn ? 'us' : (this.unit ?? ASSUMED_UNIT),
        startSeconds: start,
        endSeconds: start + lengthSeconds,
        isOwn,
        isUnitAssumed: !isOwn && this.unit === undefined,
      },
    }
  }

  /** Without a StartTime, a time in the epoch's first year is that of a log which counts from its
   * own beginning, and nobody knows when that was. */
  private baseFor(first: number): number {
    if (this.start === undefined) return first < YEAR_SECONDS ? Number.NaN : 0
    return first < this.start - YEAR_SECONDS ? this.start : 0
  }
}
