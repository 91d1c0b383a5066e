import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EvtError } from '../errors.js'
import { timeText } from '../event/time.js'
import { LatencyHistogram } from '../meters/hdr.js'
import type { LatencyInterval } from '../stats/latency-intervals.js'
import type { StatsRequest } from '../stats/request.js'
import type { StatsResult, WindowRow } from '../stats/result.js'
import { runStats } from '../stats/run.js'
import { measuredOfLogs } from './from-logs.js'
import { measuredOf } from './from-stats.js'
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
}

/** Measures events, or reads what was measured of them: saved runs, histogram logs. */
export async function measuredRun(asked: MeasureRequest): Promise<GateRun> {
  const { request, sources, windowUs, nowMs } = asked
  const files = await savedRuns(sources, request.cwd)
  if (files) return ofSaved(mergedRuns(files))
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

/** What evt stats measured, of an archive or live, as rules are judged on it. */
export function gateRunOf(run: MeasuredEvents, nowMs: number): GateRun {
  const { result, failure, isEmpty, intervals = [] } = run
  const unused = result.findings.filter(({ kind }) => kind === 'mappingUnused')
  return {
    measured: measuredOf(result, intervals, nowMs),
    about: result,
    read: result.read,
    windows: result.windows ?? [],
    doubts: unused.map(({ explain }) => explain),
    ...{ failure: failure && withoutPartial(failure), isEmpty },
    timeline: timelineOf(intervals),
  }
}

type MeasuredEvents = Extract<Awaited<ReturnType<typeof runStats>>, { timeline: unknown }>

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

/** The files where all SOURCEs are saved runs; undefined where the first is none. */
export async function savedRuns(
  sources: readonly string[],
  cwd: string,
): Promise<[RunFile, ...RunFile[]] | undefined> {
  const isNamed = sources.every((source) => /^[^*?]+\.json$/.test(source))
  if (!isNamed) return undefined
  const texts = await Promise.all(
    sources.map((source) => readFile(resolve(cwd, source), 'utf8').catch(() => '')),
  )
  if (!/^\s*\{\s*"schema":\s*"evt\.run\//.test(texts[0] ?? '')) return undefined
  const [first, ...others] = sources.map((file, n) => ({
    file,
    run: readSavedRun(texts[n] ?? '', file),
  }))
  return first && [first, ...others]
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
function timelineOf(intervals: readonly LatencyInterval[]): SavedRun['windows'] {
  return intervals.flatMap(({ startUs, total }) => {
    const distribution = distributionOf(total)
    if (distribution === null) return []
    const ms = (percent: number) => distribution.percentile(percent) / 1_000
    const { total: samples } = distribution
    return [{ start: timeText(startUs), samples, p50Ms: ms(50), p99Ms: ms(99) }]
  })
}
