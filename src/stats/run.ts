import type { EvtError } from '../errors.js'
import { hiddenIn } from '../questions/run.js'
import { noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { type OpenedArchive, openArchive } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import { noEvents } from './absence.js'
import { shownFindings } from './hidden.js'
import { histogramFiles, writeHistograms } from './histogram-files.js'
import { areHistogramLogs } from './hlog/objects.js'
import { type LogsRun, runLogs } from './hlog/run.js'
import { logOf, notesOf, totalOf } from './hlog/write-log.js'
import { keptOrMeasured } from './kept-stats.js'
import type { StatsRequest } from './request.js'
import { nothingSeen } from './selection.js'
import type { ArchiveStats } from './stats.js'

export interface StatsRun extends ArchiveStats {
  typed: {
    sources: readonly string[]
    flags: readonly string[]
    isGone?: boolean
    /** Another engine counted it: findings have no witnesses. */
    isUnread?: boolean
  }
  /** Why the run does not end well although it has a result. */
  failure: EvtError | undefined
  isEmpty: boolean
}

/**
 * `evt stats` from what was typed to a result: of events, or of histogram logs.
 *
 * @throws EvtError `usage` for a mapping, configuration or SOURCE that is wrong
 */
export async function runStats(request: StatsRequest): Promise<StatsRun | LogsRun> {
  const opened = await openArchive(request)
  const { sources, objects } = opened
  // What is indexed are events.
  const isLogs = !opened.index && (await areHistogramLogs(objects, request.signal))
  if (!isLogs) return statsOf(request, opened)
  return runLogs({ request, sources, objects, onProgress: progressOf(objects, request) })
}

/** The same of events alone. */
export async function runEventStats(request: StatsRequest): Promise<StatsRun> {
  return statsOf(request, await openArchive(request))
}

async function statsOf(request: StatsRequest, opened: OpenedArchive): Promise<StatsRun> {
  const { presets, choices, range, cwd, signal } = request
  const { sources, objects, pruned, mapping, outside, index } = opened
  const files = await histogramFiles(choices, { cwd, objects })
  const { types, sample, filter, windowUs } = choices
  const pattern = { filter: filter?.pattern, written: filter?.json }
  const selection = { ...range, types, sample, ...pattern, seen: nothingSeen() }
  const measured = await keptOrMeasured({
    ...choices,
    intervals: choices.spread ? 'spread' : choices.intervals === true || files.hlog !== undefined,
    sources,
    objects,
    mapping,
    presets,
    outside,
    selection,
    index: index?.missing.length === 0 ? index : undefined,
    signal,
    onProgress: progressOf(objects, request),
    explain: request.explain,
  })
  const typed = { sources, flags: typedFlags(request) }
  const isEmpty = measured.result.total.events === 0
  const { intervals } = measured
  const hidden = hiddenIn(opened)
  const findings = shownFindings(measured.result.findings, hidden)
  const result = { ...measured.result, findings }
  const unwritten = isEmpty
    ? undefined
    : await writeHistograms(files, {
        log: () => logOf(result, intervals, typeof windowUs === 'number' ? windowUs : null),
        total: { histogram: totalOf(result), perMs: 1_000, notes: notesOf(result) },
      })
  const failure =
    endedBadly({
      ...measured,
      records: measured.result.read.records,
      signal: request.signal,
      allowPartial: choices.allowPartial,
    }) ??
    unwritten ??
    (objects.length === 0 ? noObjects(sources, pruned) : undefined) ??
    (isEmpty ? noEvents(result, selection) : undefined)
  return { ...measured, result, typed, failure, isEmpty }
}

/** What a further command has to repeat to read the same in the same way. */
export function typedFlags(request: StatsRequest): string[] {
  const { maps, presets, config, choices, schemaRegistry, followClaims, aws = {} } = request
  const flag = (name: string, value: string | undefined) =>
    value === undefined ? [] : [`--${name}`, value]
  return [
    ...maps.flatMap((map) => ['--map', map]),
    ...(presets ?? []).flatMap((preset) => ['--preset', preset]),
    ...flag('config', config),
    ...flag('schema-registry', schemaRegistry),
    ...flag('follow-claims', followClaims),
    ...flag('profile', aws.profile),
    ...flag('region', aws.region),
    ...flag('endpoint-url', aws.endpointUrl),
    ...choices.types.flatMap((type) => ['--type', type]),
    ...flag('filter', choices.filter?.text),
    ...(choices.sample === null ? [] : ['--sample', String(choices.sample)]),
  ]
}
