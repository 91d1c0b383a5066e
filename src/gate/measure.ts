import { open, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EvtError } from '../errors.js'
import { timeText } from '../event/time.js'
import type { LiveRun } from '../live/run.js'
import type { LiveLoops } from '../loops/live-loops.js'
import { LatencyHistogram } from '../meters/hdr.js'
import type { HdrBucket } from '../meters/hdr-buckets.js'
import type { StatsRequest } from '../stats/request.js'
import type { StatsResult, WindowRow } from '../stats/result.js'
import type { runStats } from '../stats/run.js'
import { loopsSeen } from './asked-beside.js'
import { Distribution } from './distribution.js'
import { measuredOfLogs } from './from-logs.js'
import { type MeasuredWindow, measuredOf } from './from-stats.js'
import { distributionOf, latencyRow, type Measured } from './measured.js'
import { mergedRuns, type RunFile } from './merge-runs.js'
import { measuredOfSaved, readSavedRun, type SavedRun } from './saved-run.js'

/** What was measured of a SOURCE, whatever it holds. */
export interface GateRun {
  measured: Measured
  about: Pick<StatsResult, 'sources' | 'partial' | 'span' | 'selection'>
  read: { records: number; undecodable: number }
  windows: readonly WindowRow[]
  /** Why nothing passes that is judged by this. */
  doubts: readonly string[]
  /** Why the run does not end well. */
  failure: EvtError | undefined
  isEmpty: boolean
  /** Of latencies over time; empty where that is not known. */
  timeline: SavedRun['windows']
}

export interface MeasureRequest {
  request: StatsRequest
  sources: readonly string[]
  windowUs: number | null
  nowMs: number
  /** What {@link savedRuns} found of them, where it was asked before. */
  saved?: SavedFiles | undefined
}

export type SavedFiles = readonly [RunFile, ...RunFile[]]

/** Measures events, or reads what was measured of them: saved runs, histogram logs. */
export async function measuredRun(asked: MeasureRequest): Promise<GateRun> {
  const { request, sources, windowUs, nowMs } = asked
  const files = asked.saved ?? (await savedRuns(sources, request.cwd))
  if (files) {
    checkChoices(request, files[0])
    return ofSaved(mergedRuns(files))
  }
  const { runStats } = await import('../stats/run.js')
  const choices = { ...request.choices, windowUs, spread: true }
  const run = await runStats({ ...request, given: sources, choices })
  if (!('timeline' in run)) {
    const { result, failure: fault, isEmpty } = run
    const failure = fault && withoutPartial(fault)
    const span = { ...noSpan, firstReceivedAt: result.span.start, lastReceivedAt: result.span.end }
    return {
      measured: isEmpty ? nothing : measuredOfLogs(result),
      about: { ...result, span, selection: { since: null, until: null } },
      read: { records: 0, undecodable: 0 },
      ...{ windows: [], doubts: [], failure, isEmpty, timeline: [] },
    }
  }
  return gateRunOf(run, nowMs)
}

/** What evt stats measured, of an archive or live, as rules are judged on it.
 *
 * @param loops what was found of them beside */
export function gateRunOf(
  run: MeasuredEvents | LiveRun,
  nowMs: number,
  loops?: LiveLoops,
): GateRun {
  const { result, failure, isEmpty } = run
  const unused = result.findings.filter(({ kind }) => kind === 'mappingUnused')
  const windows = 'latencies' in run ? ofLive(run) : ofArchive(run)
  const measured = measuredOf(result, windows, nowMs)
  if (loops) measured.total.figures.loops = loopsSeen(loops)
  return {
    measured,
    about: result,
    read: result.read,
    windows: result.windows ?? [],
    doubts: unused.map(({ explain }) => explain),
    ...{ failure: failure && withoutPartial(failure), isEmpty },
    timeline: timelineOf(windows),
  }
}

type MeasuredEvents = Extract<Awaited<ReturnType<typeof runStats>>, { timeline: unknown }>

function ofArchive({ intervals = [] }: MeasuredEvents): MeasuredWindow[] {
  return intervals.flatMap(({ startUs, rows, total }) => {
    const all = distributionOf(total)
    const its = rows.flatMap(({ hdr, ...named }) => {
      const distribution = distributionOf(hdr)
      return distribution === null ? [] : [{ ...named, distribution }]
    })
    return all === null ? [] : [{ startUs, rows: its, total: all }]
  })
}

function ofLive({ latencies = [] }: LiveRun): MeasuredWindow[] {
  const distribution = (buckets: HdrBucket[]) => new Distribution({ buckets: () => buckets })
  return latencies.map(({ startUs, rows, total }) => ({
    startUs,
    rows: rows.map(({ buckets, ...named }) => ({ ...named, distribution: distribution(buckets) })),
    total: distribution(total),
  }))
}

/** Where a log holds no histogram there is nothing to judge: the run ends by its failure. */
const nothing: Measured = {
  total: {
    figures: latencyRow(new LatencyHistogram().figures()),
    distribution: null,
    dependence: null,
  },
  types: [],
}

/** A gate takes no part for the whole: it has no --allow-partial that an advice could name. */
function withoutPartial({ message, code, hint = '', cause }: EvtError): EvtError {
  const lines = hint.split('\n').filter((line) => !line.includes('--allow-partial'))
  return new EvtError(message, { code, hint: lines.join('\n') || undefined, cause })
}

const noSpan = { firstTime: null, lastTime: null, firstReceivedAt: null, lastReceivedAt: null }

/** The files where all SOURCEs are saved runs; undefined where none is one.
 * @throws EvtError `usage` for saved runs and events together */
export async function savedRuns(
  sources: readonly string[],
  cwd: string,
): Promise<SavedFiles | undefined> {
  const are = await Promise.all(
    sources.map(async (source) => /\.json$/.test(source) && isSavedRun(resolve(cwd, source))),
  )
  if (!are.includes(true)) return undefined
  const other = sources[are.indexOf(false)]
  if (other !== undefined) {
    const saved = sources[are.indexOf(true)]
    throw new EvtError(`${other} is no saved run, and cannot be judged with ${saved}, which is`, {
      code: 'usage',
    })
  }
  const texts = await Promise.all(
    sources.map((source) => readFile(resolve(cwd, source), 'utf8').catch(() => '')),
  )
  const [first, ...others] = sources.map((file, n) => ({
    file,
    run: readSavedRun(texts[n] ?? '', file),
  }))
  return first && [first, ...others]
}

/** @throws EvtError `usage` for what would choose or map events, which a saved run has none of */
function checkChoices({ range, choices, maps, ...request }: StatsRequest, saved: RunFile): void {
  const given = {
    since: range.sinceUs !== null,
    until: range.untilUs !== null,
    type: choices.types.length > 0,
    filter: choices.filter !== undefined,
    map: maps.length > 0,
    preset: (request.presets ?? []).length > 0,
  }
  const flag = Object.entries(given).find(([, isGiven]) => isGiven)?.[0]
  if (flag === undefined) return
  throw new EvtError(`--${flag} cannot be used on ${saved.file}: a saved run holds no events`, {
    code: 'usage',
  })
}

/** By its first bytes: an archive may be greater than memory. */
async function isSavedRun(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined)
  try {
    const { buffer, bytesRead } = (await handle?.read(Buffer.alloc(256))) ?? {}
    const head = buffer?.toString('utf8', 0, bytesRead) ?? ''
    return /^\s*\{\s*"schema":\s*"evt\.run\//.test(head)
  } finally {
    await handle?.close()
  }
}

function ofSaved(run: SavedRun): GateRun {
  const { sources, span, selection, read, windows, total } = run
  return {
    measured: measuredOfSaved(run),
    about: { sources, span, selection, partial: false },
    ...{ read, windows: [], doubts: [], failure: undefined },
    isEmpty: total.events === 0,
    timeline: windows,
  }
}

/** Percentiles of all types together over time. */
function timelineOf(windows: readonly MeasuredWindow[]): SavedRun['windows'] {
  return windows.map(({ startUs, total }) => {
    const ms = (percent: number) => total.percentile(percent) / 1_000
    return { start: timeText(startUs), samples: total.total, p50Ms: ms(50), p99Ms: ms(99) }
  })
}
