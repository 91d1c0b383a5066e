import {
  type ArchiveObject,
  type Fault,
  isLoss,
  type ReadableObject,
} from '../../archives/object.js'
import { isFault, readable, stopReading } from '../../archives/readable.js'
import { sniff } from '../../archives/sniff.js'
import { textLines } from '../../archives/text-lines.js'
import { compareText } from '../../event/sequence.js'
import type { ObjectFault } from '../load.js'
import { type BrokenLine, logFindings } from './findings.js'
import { LogReader, type LogRow, type ReadLine } from './log-reader.js'
import { MergedRow } from './merged.js'
import type { HlogResult, HlogSpan, HlogTagRow, HlogUnit } from './result.js'
import { TableReader } from './table-reader.js'

export interface LogsOptions {
  sources: readonly string[]
  objects: readonly ArchiveObject[]
  /** Of logs that do not say. */
  unit: HlogUnit | undefined
  signal: AbortSignal
  onProgress(done: { bytes: number; objects: number; records: number }): void
}

export interface LogsRead {
  result: HlogResult
  objectFaults: ObjectFault[]
  broken: readonly BrokenLine[]
  /** The rows that the total is of: one, unless they cannot be added. */
  totals: readonly MergedRow[]
  /** What files by evt lack. */
  notes: readonly string[]
}

const MAX_KEPT = 1000

/** What was merged so far, of all logs. */
class Logs {
  readonly tags = new Map<string, { tag: string | null; merged: MergedRow }>()
  readonly totals = new Map<string, MergedRow>()
  readonly broken: BrokenLine[] = []
  readonly objectFaults: ObjectFault[] = []
  /** The unit that was assumed, by path. */
  readonly assumed = new Map<string, string>()
  readonly notes: { path: string; text: string }[] = []
  brokenCount = 0
  intervals = 0
  /** Of the intervals. */
  tables = 0
  bytes = 0

  add(row: LogRow, path: string): void {
    const precision = MergedRow.precisionOf(row)
    this.intervals += 1
    if (row.table) this.tables += 1
    if (row.isUnitAssumed) this.assumed.set(path, row.table ? 'milliseconds' : 'microseconds')
    if (!row.isOwn || row.tag === null) {
      const total = this.totals.get(precision) ?? new MergedRow(row)
      this.totals.set(precision, total)
      total.add(row)
    }
    if (row.isOwn && row.tag === null) return
    const key = JSON.stringify([row.tag, precision])
    const { merged } = this.tags.get(key) ?? { merged: new MergedRow(row) }
    this.tags.set(key, { tag: row.tag, merged })
    merged.add(row)
  }

  addBroken(line: BrokenLine): void {
    this.brokenCount += 1
    if (this.broken.length < MAX_KEPT) this.broken.push(line)
  }
}

/** Reads histogram logs and percentile tables, and merges their rows, by tag and precision. A line
 * that cannot be read is a finding, and reading goes on. After an abort the result holds what was
 * read until then. */
export async function readHistogramLogs(options: LogsOptions): Promise<LogsRead> {
  const { objects, signal } = options
  const logs = new Logs()
  const stop = () => {
    for (const object of objects) stopReading(object)
  }
  signal.addEventListener('abort', stop)
  try {
    for (const object of objects) {
      if (signal.aborted && object.kind !== 'stream') break
      const held = await readable(object)
      if (isFault(held)) logs.objectFaults.push({ path: object.path, fault: held })
      else await readObject(object, held.object, logs, options).finally(held.release)
    }
  } finally {
    signal.removeEventListener('abort', stop)
  }
  const { objectFaults, broken } = logs
  const notes = new Set(logs.notes.map(({ text }) => text))
  return {
    result: resultOf(logs, options),
    objectFaults,
    broken,
    totals: [...logs.totals.values()],
    notes: [...notes],
  }
}

async function readObject(
  listed: ArchiveObject,
  object: ReadableObject,
  logs: Logs,
  options: LogsOptions,
) {
  const { unit, signal, onProgress, objects } = options
  const { path } = object
  const { compression, format } = await sniff(object)
  const reader = format === 'hgrm' ? new TableReader(unit) : new LogReader(unit)
  const report = (fault: Fault) => {
    logs.objectFaults.push({ path, fault })
  }
  const take = (read: ReadLine) => {
    if ('row' in read) return logs.add(read.row, path)
    const { line = 0, fault, head = '' } = read
    return logs.addBroken({ path, line, fault, head: head.slice(0, 200) })
  }
  const onStored = (bytes: number) => {
    logs.bytes += bytes
    const done = objects.indexOf(listed)
    onProgress({ bytes: logs.bytes, objects: done, records: logs.intervals })
  }
  for await (const line of textLines(object, { compression, report, onStored })) {
    if (signal.aborted && object.kind === 'file') break
    const { number } = line
    const text = number === 1 ? line.text.replace(/^\ufeff/, '') : line.text
    const read = line.isOverLimit ? { fault: 'is over 64 MiB' } : reader.read(text, number)
    if (read) take({ line: number, head: text, ...read })
  }
  for (const read of reader.end()) take(read)
  for (const text of reader.notes) logs.notes.push({ path, text })
  onProgress({ bytes: logs.bytes, objects: objects.indexOf(listed) + 1, records: logs.intervals })
}

function resultOf(logs: Logs, { sources, objects, signal }: LogsOptions): HlogResult {
  const totals = [...logs.totals.values()]
  const [total, ...others] = totals
  const tags = [...logs.tags.values()].map(({ tag, merged }) => ({ tag, ...merged.figures() }))
  const { intervals, tables, bytes, brokenCount, objectFaults } = logs
  return {
    schema: 'evt.hlog/1',
    sources: [...sources],
    partial: signal.aborted || objectFaults.some(({ fault }) => isLoss(fault)),
    read: { objects: objects.length, bytes, intervals, tables, broken: brokenCount },
    span: spanOf(totals),
    total: total && others.length === 0 ? total.figures() : null,
    tags: tags.sort(byCount),
    findings: logFindings({ ...logs, totals }),
  }
}

/** ISO 8601 in UTC sorts as text, but for what lies before the year 0. */
function spanOf(rows: readonly MergedRow[]): HlogSpan {
  const spans = rows.map(({ span }) => span)
  const starts = spans.flatMap(({ start }) => start ?? []).sort()
  const ends = spans.flatMap(({ end }) => end ?? []).sort()
  const isKnown = spans.length > 0 && starts.length === spans.length
  return {
    start: isKnown ? (starts[0] ?? null) : null,
    end: isKnown ? (ends.at(-1) ?? null) : null,
  }
}

function byCount(a: HlogTagRow, b: HlogTagRow): number {
  return (
    b.latencyMs.count - a.latencyMs.count ||
    compareText(a.tag ?? '', b.tag ?? '') ||
    a.precision - b.precision
  )
}
