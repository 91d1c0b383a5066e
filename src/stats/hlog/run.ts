import { type ArchiveObject, isLoss } from '../../archives/object.js'
import { EvtError } from '../../errors.js'
import { type HistogramTexts, histogramFiles, writeHistograms } from '../histogram-files.js'
import type { StatsRequest } from '../request.js'
import type { BrokenLine } from './findings.js'
import { type MergedRow, unitsPerMs } from './merged.js'
import { type LogsOptions, type LogsRead, readHistogramLogs } from './read-logs.js'
import type { HlogResult } from './result.js'

export interface LogsRun {
  result: HlogResult
  typed: { sources: readonly string[]; flags: readonly string[] }
  /** Why the run does not end well although it has a result. */
  failure: EvtError | undefined
  isEmpty: boolean
}

interface LogsRequest extends Pick<LogsOptions, 'onProgress'> {
  request: StatsRequest
  sources: readonly string[]
  objects: readonly ArchiveObject[]
}

const MAX_SHOWN = 3

/**
 * `evt stats` of histogram logs and percentile tables.
 *
 * @throws EvtError `usage` for a flag that is about events
 */
export async function runLogs({ request, ...of }: LogsRequest): Promise<LogsRun> {
  const { choices, signal, cwd } = request
  const { unit } = choices
  checkFlags(request)
  const files = await histogramFiles({ hgrm: choices.hgrm }, { cwd, objects: of.objects })
  const read = await readHistogramLogs({ ...of, unit, signal })
  const { result } = read
  const isEmpty = result.read.intervals === 0
  return {
    result,
    typed: { sources: of.sources, flags: unit === undefined ? [] : ['--unit', unit] },
    failure:
      endedBadly(read, request) ??
      (isEmpty ? nothingRead(result, read.broken) : await written(read, files)),
    isEmpty,
  }
}

/** A log holds no events, so that nothing can be selected or read in another way. */
function checkFlags({ maps, choices, range }: StatsRequest): void {
  const given = [
    ...(maps.length > 0 ? ['--map'] : []),
    ...(range.sinceUs === null ? [] : ['--since']),
    ...(range.untilUs === null ? [] : ['--until']),
    ...(choices.by === 'type' ? [] : ['--by']),
    ...(choices.windowUs === null ? [] : ['--window (or --by hour)']),
    ...(choices.types.length > 0 ? ['--type'] : []),
    ...(choices.filter ? ['--filter'] : []),
    ...(choices.sample === null ? [] : ['--sample']),
    ...(choices.content === 'auto' ? [] : ['--content']),
    ...(choices.hops ? ['--hops'] : []),
    ...(choices.hlog === undefined ? [] : ['--hlog']),
  ]
  const [first] = given
  if (first === undefined) return
  throw new EvtError(`${first} cannot be used on histograms: they hold no events`, {
    code: 'usage',
    hint: 'on them go --hgrm, --unit, --output and --allow-partial',
  })
}

async function written(
  { totals, notes }: LogsRead,
  files: Awaited<ReturnType<typeof histogramFiles>>,
): Promise<EvtError | undefined> {
  const [total, ...others] = totals
  if (!files.hgrm || !total) return undefined
  if (others.length > 0) {
    return new EvtError('no --hgrm written: histograms of different precision have no total', {
      code: 'usage',
      hint: 'read logs of one precision and one unit at a time',
    })
  }
  return tableOf(total) ?? writeHistograms(files, textsOf(total, notes))
}

/** The rows of a table are no histogram, of which another table could be made. */
function tableOf({ tables }: MergedRow): EvtError | undefined {
  if (tables.length === 0) return undefined
  return new EvtError('no --hgrm written: a percentile table lacks the values between its rows', {
    code: 'usage',
    hint: 'write it from the histogram log, or from the events',
  })
}

function textsOf({ histogram, unit }: MergedRow, notes: readonly string[]): HistogramTexts {
  return { log: () => '', total: { histogram, perMs: unitsPerMs[unit], notes } }
}

function endedBadly(
  { result, objectFaults }: LogsRead,
  { signal, choices }: StatsRequest,
): EvtError | undefined {
  if (signal.aborted) {
    const { intervals } = result.read
    const were = intervals === 1 ? 'row was' : 'rows were'
    const read = `${intervals.toLocaleString('en')} ${were} read`
    return new EvtError(`interrupted: ${read}, the result is partial`, { code: 'interrupted' })
  }
  const lost = objectFaults.find(({ fault }) => isLoss(fault))
  if (!lost || choices.allowPartial) return undefined
  return new EvtError(`${lost.path} ${lost.fault.detail}: the result is partial`, {
    code: 'outside',
    hint: '--allow-partial takes what could be read',
  })
}

function nothingRead({ sources, read }: HlogResult, broken: readonly BrokenLine[]): EvtError {
  const lines = read.broken === 1 ? '1 line' : `${read.broken.toLocaleString('en')} lines`
  const found = read.broken === 0 ? 'no rows' : `${lines}, none can be read`
  const shown = broken
    .slice(0, MAX_SHOWN)
    .map(({ path, line, fault }) => `${path}:${line}  ${fault}`)
  return new EvtError(`no histogram in ${sources.join(' ')}: ${found}`, {
    code: 'inconclusive',
    hint: shown.length > 0 ? shown.join('\n') : undefined,
  })
}
