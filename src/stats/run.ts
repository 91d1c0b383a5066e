import { type ArchiveObject, isLoss } from '../archives/object.js'
import { resolveSources } from '../archives/source.js'
import type { Outside } from '../envelopes/outside.js'
import { EvtError } from '../errors.js'
import { createMapping, type Mapping } from '../event/mapping.js'
import { noEvents, noObjects } from './absence.js'
import { histogramFiles, writeHistograms } from './histogram-files.js'
import { areHistogramLogs } from './hlog/objects.js'
import { type LogsRun, runLogs } from './hlog/run.js'
import { logOf, totalOf } from './hlog/write-log.js'
import { namedSources } from './named-sources.js'
import { outsideOf } from './outside.js'
import { progressOf, type StatsRequest } from './request.js'
import { nothingSeen } from './selection.js'
import { type ArchiveStats, archiveStats } from './stats.js'

export interface StatsRun extends ArchiveStats {
  typed: { sources: readonly string[]; flags: readonly string[] }
  /** Why the run does not end well although it has a result. */
  failure: EvtError | undefined
  isEmpty: boolean
}

/** The SOURCEs of a request, resolved once: a stream among them can be read only once. */
interface Opened {
  sources: readonly string[]
  objects: readonly ArchiveObject[]
  pruned: number
  mapping: Mapping
  outside: Outside
}

/**
 * `evt stats` from what was typed to a result: of events, or of histogram logs.
 *
 * @throws EvtError `usage` for a mapping, configuration or SOURCE that is wrong
 */
export async function runStats(request: StatsRequest): Promise<StatsRun | LogsRun> {
  const opened = await open(request)
  const { sources, objects } = opened
  if (!(await areHistogramLogs(objects, request.signal))) return statsOf(request, opened)
  return runLogs({ request, sources, objects, onProgress: progressOf(objects, request) })
}

/** The same of events alone. */
export async function runEventStats(request: StatsRequest): Promise<StatsRun> {
  return statsOf(request, await open(request))
}

async function open(request: StatsRequest): Promise<Opened> {
  const { maps, range, cwd } = request
  const { config, sources } = await namedSources(request)
  const mapping = createMapping({ events: config.events, maps })
  const aliases = config.archives ?? {}
  const { sinceUs, untilUs } = range
  const { objects, pruned } = await resolveSources(sources, {
    aliases,
    cwd,
    ...(sinceUs === null ? {} : { sinceUs }),
    ...(untilUs === null ? {} : { untilUs }),
  })
  return { sources, objects, pruned, mapping, outside: await outsideOf(request, config) }
}

async function statsOf(request: StatsRequest, opened: Opened): Promise<StatsRun> {
  const { presets, choices, range, cwd, signal } = request
  const { sources, objects, pruned, mapping, outside } = opened
  const files = await histogramFiles(choices, { cwd, objects })
  const selection = { ...range, types: choices.types, sample: choices.sample, seen: nothingSeen() }
  const measured = await archiveStats({
    ...choices,
    intervals: files.hlog !== undefined,
    sources,
    objects,
    mapping,
    presets,
    outside,
    selection,
    signal,
    onProgress: progressOf(objects, request),
    explain: request.explain,
  })
  const typed = { sources, flags: typedFlags(request) }
  const isEmpty = measured.result.total.events === 0
  const { result, intervals } = measured
  const unwritten = isEmpty
    ? undefined
    : await writeHistograms(files, {
        log: () => logOf(result, intervals, choices.windowUs),
        total: { histogram: totalOf(result), perMs: 1_000 },
      })
  const failure =
    endedBadly(measured, request) ??
    unwritten ??
    (objects.length === 0 ? noObjects(sources, pruned) : undefined) ??
    (isEmpty ? noEvents(result, selection) : undefined)
  return { ...measured, typed, failure, isEmpty }
}

function endedBadly(measured: ArchiveStats, { signal, choices }: StatsRequest) {
  const { result, objectFaults } = measured
  if (signal.aborted) {
    const { records } = result.read
    const were = records === 1 ? 'record was' : 'records were'
    const read = `${records.toLocaleString('en')} ${were} read`
    return new EvtError(`interrupted: ${read}, the result is partial`, { code: 'interrupted' })
  }
  const lost = objectFaults.filter(({ fault }) => isLoss(fault))
  const [first] = lost
  if (first && !choices.allowPartial) {
    const others = lost.length - 1
    const more = others === 0 ? '' : `, and ${others} more ${others === 1 ? 'is' : 'are'} not whole`
    return new EvtError(`${first.path} ${first.fault.detail}${more}: the result is partial`, {
      code: 'outside',
      hint: '--allow-partial takes what could be read',
    })
  }
  return undefined
}

/** What a further command has to repeat to read the same in the same way. */
function typedFlags(request: StatsRequest): string[] {
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
    ...(choices.sample === null ? [] : ['--sample', String(choices.sample)]),
  ]
}
