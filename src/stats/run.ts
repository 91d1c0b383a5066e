import { type ArchiveObject, isLoss } from '../archives/object.js'
import { resolveSources } from '../archives/source.js'
import { loadConfig } from '../config/load.js'
import { sourcesOf } from '../config/sources.js'
import { EvtError } from '../errors.js'
import { createMapping } from '../event/mapping.js'
import { noEvents, noObjects, noSource } from './absence.js'
import { nothingSeen } from './selection.js'
import { type ArchiveStats, archiveStats } from './stats.js'

interface StatsChoices {
  by: 'type' | 'source'
  windowUs: number | null
  /** Globs; none: all types. */
  types: readonly string[]
  sample: number | null
  content: boolean | 'auto'
  memoryLimitBytes: number
  allowPartial: boolean
}

export interface StatsRequest {
  given: readonly string[]
  maps: readonly string[]
  presets: readonly string[] | undefined
  config: string | undefined
  choices: StatsChoices
  range: { sinceUs: number | null; untilUs: number | null }
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
  onProgress(state: ReadState): void
}

/** How far reading has come; `bytesTotal` is null where a stream is among the objects. */
export interface ReadState {
  label: string
  bytesDone: number
  bytesTotal: number | null
  records: number
  objectsDone: number
  objectsTotal: number | null
}

export interface StatsRun extends ArchiveStats {
  typed: { sources: readonly string[]; flags: readonly string[] }
  /** Why the run does not end well although it has a result. */
  failure: EvtError | undefined
}

/**
 * `evt stats` from what was typed to a result.
 *
 * @throws EvtError `usage` for a mapping, configuration or SOURCE that is wrong
 */
export async function runStats(request: StatsRequest): Promise<StatsRun> {
  const { given, maps, presets, choices, range, cwd, env, signal } = request
  const config = await loadConfig({ file: request.config, env, cwd, firstSource: given[0] })
  const sources = sourcesOf(given, config)
  if (sources.length === 0) throw await noSource(cwd, 'evt stats')
  const mapping = createMapping({ events: config.events, maps })
  const aliases = config.archives ?? {}
  const { sinceUs, untilUs } = range
  const { objects, pruned } = await resolveSources(sources, {
    aliases,
    cwd,
    ...(sinceUs === null ? {} : { sinceUs }),
    ...(untilUs === null ? {} : { untilUs }),
  })
  const selection = { ...range, types: choices.types, sample: choices.sample, seen: nothingSeen() }
  const measured = await archiveStats({
    ...choices,
    sources,
    objects,
    mapping,
    presets,
    selection,
    signal,
    onProgress: progressOf(objects, request),
  })
  const typed = { sources, flags: typedFlags(request) }
  const failure =
    endedBadly(measured, request) ??
    (objects.length === 0 ? noObjects(sources, pruned) : undefined) ??
    (measured.result.total.events === 0 ? noEvents(measured.result, selection) : undefined)
  return { ...measured, typed, failure }
}

function progressOf(objects: readonly ArchiveObject[], { onProgress, given }: StatsRequest) {
  let bytesTotal: number | null = 0
  for (const object of objects) {
    if (object.kind === 'stream') bytesTotal = null
    else if (bytesTotal !== null) bytesTotal += object.sizeBytes
  }
  const label = `reading ${given.join(' ')}`.trim()
  return (done: { bytes: number; objects: number; records: number }) =>
    onProgress({
      label,
      bytesDone: done.bytes,
      bytesTotal,
      records: done.records,
      objectsDone: done.objects,
      objectsTotal: objects.length,
    })
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
function typedFlags({ maps, presets, config, choices }: StatsRequest): string[] {
  return [
    ...maps.flatMap((map) => ['--map', map]),
    ...(presets ?? []).flatMap((preset) => ['--preset', preset]),
    ...(config === undefined ? [] : ['--config', config]),
    ...choices.types.flatMap((type) => ['--type', type]),
    ...(choices.sample === null ? [] : ['--sample', String(choices.sample)]),
  ]
}
