import { availableParallelism, tmpdir } from 'node:os'
import type { OpenIndex } from '../archive-index/open-index.js'
import { type ArchiveObject, isLoss } from '../archives/object.js'
import { makeTempFolder, removeTempFolder } from '../archives/temp-folder.js'
import { type Duckdb, engineError, openDuckdb } from '../engines/duckdb.js'
import { Choices } from '../envelopes/choices.js'
import { createDecoder } from '../envelopes/decode.js'
import type { Outside } from '../envelopes/outside.js'
import type { EvtError } from '../errors.js'
import type { Mapping } from '../event/mapping.js'
import { timeText } from '../event/time.js'
import { IndexFailure, trusting } from '../questions/from-index.js'
import { lenientOutside } from '../reading/lenient-outside.js'
import { readArchive } from '../reading/read-archive.js'
import { choiceLines } from './choice-lines.js'
import type { Asked } from './findings/grounds.js'
import { heldGrounds } from './findings/held.js'
import { type FindingsContext, findingsOf } from './findings/index.js'
import { loadIndexed } from './indexed-rows.js'
import { judge } from './judge.js'
import type { LatencyInterval } from './latency-intervals.js'
import { LineRows } from './line-rows.js'
import { Loaded, type ObjectFault } from './load.js'
import { type Measured, type MeasureOptions, measure } from './measure.js'
import { memoryPlan } from './memory.js'
import { ParquetRows } from './parquet-rows.js'
import { Projections } from './projections.js'
import type { Finding, StatsResult } from './result.js'
import { nothingSeen, type Selection } from './selection.js'
import { judgeSpilled } from './spilled.js'
import { spilledGrounds } from './spilled-grounds.js'
import { measureSpilled } from './spilled-measure.js'
import { type Timeline, timelineOf } from './timeline.js'
import type { WindowTypes } from './type-counts.js'

export interface StatsOptions extends MeasureOptions {
  /** As the user named them. */
  sources: readonly string[]
  objects: readonly ArchiveObject[]
  mapping: Mapping
  presets?: readonly string[] | undefined
  outside?: Outside | undefined
  selection: Selection
  memoryLimitBytes: number
  spoolDir?: string | undefined
  /** Of these objects; it is used where it has all that is asked. */
  index?: OpenIndex | undefined
  threads?: number | undefined
  signal: AbortSignal
  onProgress(done: { bytes: number; objects: number; records: number }): void
  /** Whether contents are read again to be compared; `auto`, the default: where that is cheap. */
  content?: boolean | 'auto' | undefined
  /** Whether the legs of events' ways are measured too; then all of it is decoded. */
  hops?: boolean | undefined
  /** Called with what --verbose tells; absent, nothing is kept to be told. */
  explain?: ((lines: readonly string[]) => void) | undefined
  /** How many deliveries memory holds; by default what `memoryLimitBytes` has room for. */
  heldRows?: number | undefined
  /** Line-delimited files below this size are not worth a query. */
  sqlFromBytes?: number | undefined
}

/** The result, and what only people are shown. */
export interface ArchiveStats {
  result: StatsResult
  /** Events by arrival, else by time; null where no event has either. */
  timeline: Timeline | null
  /** With windows, where they were asked for. */
  intervals: readonly LatencyInterval[] | undefined
  /** See {@link Measured}. */
  windowTypes?: WindowTypes | undefined
  objectFaults: readonly ObjectFault[]
  /** Why records lack what they refer to: nobody answered. */
  unanswered?: EvtError
}

/** A query takes 25 ms to begin, in which the decoder reads a megabyte and more. */
const SQL_FROM_BYTES = 1024 * 1024

/** Requests to S3 at the same time. */
const MOST_WAITING = 8

/** Measures an archive (DESIGN §8). After an abort the result holds what was read until then. */
export async function archiveStats(given: StatsOptions): Promise<ArchiveStats> {
  const lenient = lenientOutside(given.outside ?? {})
  const measured = await measuredArchive({ ...given, outside: lenient })
  const { failure } = lenient
  if (!failure) return measured
  return { ...measured, result: { ...measured.result, partial: true }, unanswered: failure }
}

/** Where its index turns out to be damaged, the archive is read. */
async function measuredArchive(options: StatsOptions): Promise<ArchiveStats> {
  try {
    return await measuredOnce(options)
  } catch (error) {
    if (!(error instanceof IndexFailure)) throw error
  }
  const { seen } = options.selection
  if (seen) Object.assign(seen, nothingSeen())
  return measuredOnce({ ...options, index: undefined })
}

async function measuredOnce(options: StatsOptions): Promise<ArchiveStats> {
  const { mapping, presets, outside, selection, signal, objects, spoolDir, hops } = options
  const { labelOf } = options
  const threads = options.threads ?? availableParallelism()
  const memory = memoryPlan(objects, options.memoryLimitBytes, threads, options.heldRows)
  // Where none can be made, everything has to fit into memory.
  const spillDir = await makeTempFolder('evt-spill-', spoolDir).catch(() => null)
  const duckdb = await openDuckdb({
    memoryLimitBytes: memory.scanBytes,
    spillDir: spillDir ?? undefined,
    threads: memory.threads,
  })
  try {
    // SQL reads no stamps, no entities and no whole documents.
    const isDecoded = hops || labelOf !== undefined || selection.filter !== undefined
    const choices = options.explain && new Choices()
    const projections = new Projections(mapping, { presets, isDecoded, choices })
    const decode = createDecoder({ mapping, presets, outside, hops, choices })
    const waiting = outside?.claims ? MOST_WAITING : 1
    const loaded = new Loaded(duckdb, selection, decode, memory, waiting, labelOf)
    if (hops) loaded.deliveries.keepHops()
    const sqlFromBytes = options.sqlFromBytes ?? SQL_FROM_BYTES
    const { index, onProgress } = options
    // Choices are heard of while events are read.
    if (index && !isDecoded && !choices) {
      await trusting(() => loadIndexed({ duckdb, index, loaded, signal, onProgress }))
    } else {
      await readArchive(objects, {
        taker: loaded,
        lines: new LineRows({ duckdb, projections, loaded, sqlFromBytes }),
        parquet: new ParquetRows(duckdb, projections, loaded),
        ...{ signal, spoolDir, onProgress },
      })
    }
    if (choices) {
      const types = loaded.deliveries.groups.map(({ type }) => type)
      options.explain?.(choiceLines(choices, mapping, types))
    }
    return loaded.spill.isUsed
      ? await spilledStats(options, loaded, duckdb)
      : await heldStats(options, loaded, duckdb)
  } catch (error) {
    throw engineError(error, spoolDir ?? tmpdir())
  } finally {
    await duckdb.close()
    if (spillDir !== null) await removeTempFolder(spillDir)
  }
}

async function heldStats(
  options: StatsOptions,
  loaded: Loaded,
  duckdb: Duckdb,
): Promise<ArchiveStats> {
  const judging = judge(loaded.deliveries)
  const timeline = timelineOf(loaded.deliveries)
  const judged = await judging
  const measured = measure(loaded.deliveries, judged, options)
  const groundsOf = (asked: Asked) => heldGrounds(loaded.deliveries, judged, asked)
  const findings = await findingsIn({ options, loaded, duckdb, groundsOf, measured })
  return {
    result: { ...resultOf(options, loaded, measured), findings },
    timeline,
    intervals: measured.intervals,
    windowTypes: measured.windowTypes,
    objectFaults: loaded.objectFaults,
  }
}

/** What did not fit into memory is judged and counted by the SQL of queries/stats. */
async function spilledStats(
  options: StatsOptions,
  loaded: Loaded,
  duckdb: Duckdb,
): Promise<ArchiveStats> {
  await loaded.spillAll()
  await judgeSpilled(duckdb)
  const { timeline, ...measured } = await measureSpilled(duckdb, loaded.deliveries, options)
  const groundsOf = (asked: Asked) => spilledGrounds(duckdb, loaded.deliveries, asked)
  const findings = await findingsIn({ options, loaded, duckdb, groundsOf, measured })
  return {
    result: { ...resultOf(options, loaded, measured), findings },
    timeline,
    intervals: measured.intervals,
    windowTypes: measured.windowTypes,
    objectFaults: loaded.objectFaults,
  }
}

function findingsIn(of: {
  options: StatsOptions
  loaded: Loaded
  duckdb: Duckdb
  groundsOf: FindingsContext['groundsOf']
  measured: Measured
}): Promise<Finding[]> {
  const { options, loaded } = of
  const { mapping, presets, outside, content = 'auto' } = options
  const decode = createDecoder({ mapping, presets, outside })
  return findingsOf({ ...options, ...of, deliveries: loaded.deliveries, presets, decode, content })
}

function resultOf(
  { sources, selection, signal }: StatsOptions,
  loaded: Loaded,
  { span, total, types, windows }: Measured,
): StatsResult {
  const text = (us: number | null) => (us === null ? null : timeText(us))
  return {
    schema: 'evt.stats/1',
    sources: [...sources],
    selection: {
      ...{ since: text(selection.sinceUs), until: text(selection.untilUs) },
      ...(selection.types?.length ? { types: [...selection.types] } : {}),
      ...(selection.written === undefined ? {} : { filter: selection.written }),
    },
    partial: signal.aborted || loaded.objectFaults.some(({ fault }) => isLoss(fault)),
    span,
    read: {
      objects: loaded.objects,
      bytes: loaded.bytes,
      records: loaded.records,
      undecodable: loaded.undecodable,
    },
    total,
    types,
    ...(windows ? { windows } : {}),
    findings: [],
    ...(selection.sample == null ? {} : { sample: selection.sample }),
  }
}
