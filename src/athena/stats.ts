import { timeText } from '../event/time.js'
import type { Chosen } from '../questions/chosen.js'
import { type TrinoRows, trinoStats } from '../questions/trino-stats.js'
import { noObjects } from '../reading/absence.js'
import { type OpenedArchive, openArchive } from '../reading/open-archive.js'
import { type HistogramFiles, histogramFiles, writeHistograms } from '../stats/histogram-files.js'
import { logOf, notesOf, totalOf } from '../stats/hlog/write-log.js'
import type { LatencyCounts } from '../stats/latency-counts.js'
import { intervalOf, type LatencyInterval } from '../stats/latency-intervals.js'
import { byEvents } from '../stats/measure.js'
import type { StatsRequest } from '../stats/request.js'
import type { StatsResult, TypeRow, WindowRow } from '../stats/result.js'
import { RowTally } from '../stats/row-tally.js'
import { type StatsRun, typedFlags } from '../stats/run.js'
import type { AthenaSearched } from './ask.js'
import { type Figures, figuresOf } from './figures.js'
import { athenaFindings } from './findings.js'
import { athenaUsd, checkScan } from './price.js'
import { type AthenaAsking, chosenPart, type ReadyArchive, withAthena } from './ready.js'
import { linesOf } from './view-ddl.js'

export type AthenaStatsRequest = StatsRequest & AthenaAsking

interface AthenaStats {
  readonly run: StatsRun
  readonly searched: AthenaSearched
}

/**
 * The figures of `evt stats`, which Athena counts in one reading, in one more where windows are
 * asked for, and in a third where a log of their histograms is. What its lines do not tell is not
 * claimed, and found; findings have no witnesses. Writes the files of `--hlog` and `--hgrm`.
 *
 * @throws EvtError `usage` where Athena was not set up, would scan too much, or where one of the
 * files cannot be written
 */
export async function statsByAthena(request: AthenaStatsRequest): Promise<AthenaStats> {
  const { index: _, maxBytes: __, onLarge: ___, ...listing } = request
  const opened = await openArchive(listing)
  if (opened.objects.length === 0) throw noObjects(opened.sources, opened.pruned)
  return withAthena(request, (ready) => measured(ready, opened, request))
}

async function measured(
  ready: ReadyArchive,
  opened: OpenedArchive,
  request: AthenaStatsRequest,
): Promise<AthenaStats> {
  const { choices, cwd } = request
  const files = await histogramFiles(choices, { cwd, objects: opened.objects })
  const { figures, windows, ofTypes, ...cost } = await counted(ready, request, files)
  const { records, undecodable, unsure, objects } = figures.all
  const result = resultOf({ figures, windows, opened, request })
  const { events } = result.total
  const intervals = ofTypes && intervalsOf(ofTypes, choices)
  const windowUs = windowOf(choices)
  const isEmpty = events === 0
  const failure = isEmpty
    ? undefined
    : await writeHistograms(files, {
        log: () => logOf(result, intervals, windowUs ?? null),
        total: { histogram: totalOf(result), perMs: 1_000, notes: notesOf(result) },
      })
  const flags = [...typedFlags(request), '--engine', 'athena', ...typedNames(request)]
  const typed = { sources: opened.sources, flags, isUnread: true }
  const run = { timeline: null, intervals, objectFaults: [], result, typed, failure, isEmpty }
  return { run, searched: { objects, records, undecodable, unsure, chosen: events, ...cost } }
}

interface Counts extends Pick<AthenaSearched, 'listed' | 'scannedBytes' | 'usd'> {
  figures: Figures
  windows: Figures | undefined
  /** Of each row in each window. */
  ofTypes: Figures | undefined
}

async function counted(
  ready: ReadyArchive,
  request: AthenaStatsRequest,
  { hlog }: HistogramFiles,
): Promise<Counts> {
  const { archive, plan } = ready
  const { by, types, filter } = request.choices
  const windowUs = windowOf(request.choices)
  const { where, bytes, listed } = chosenPart(archive, request.range)
  const chosen: Chosen = { ...request.range, types, filter: filter?.pattern }
  const asked = { plan, lines: linesOf(archive, where), chosen, flows: {} }
  const kinds: TrinoRows[] = [by]
  if (windowUs !== undefined) kinds.push({ windowUs })
  if (windowUs !== undefined && hlog) kinds.push({ windowUs, by })
  const statements = await Promise.all(kinds.map((rows) => trinoStats(asked, rows)))
  checkScan(statements, bytes, archive, request)
  const found: Figures[] = []
  let [scannedBytes, usd] = [0, 0]
  for (const statement of statements) {
    const answer = await ready.run(statement)
    scannedBytes += answer.scannedBytes
    usd += athenaUsd(answer.scannedBytes)
    found.push(await figuresOf(await ready.rows(answer)))
  }
  const [figures, windows, ofTypes] = found
  if (!figures) throw new Error('there is no statement')
  return { figures, windows, ofTypes, listed, scannedBytes, usd }
}

/** Windows of a width that was said. */
function windowOf({ windowUs }: StatsRequest['choices']): number | undefined {
  return typeof windowUs === 'number' ? windowUs : undefined
}

/** The latencies of each row in each window. */
function intervalsOf({ rows }: Figures, choices: StatsRequest['choices']): LatencyInterval[] {
  const windowUs = windowOf(choices) ?? 0
  const names: { source: string; type: string }[] = []
  const windows = new Map<number, Map<number, LatencyCounts>>()
  for (const [grp, { tally }] of rows) {
    const [number = '', ...rest] = grp.split(' ')
    const counts = windows.get(Number(number)) ?? new Map<number, LatencyCounts>()
    windows.set(Number(number), counts.set(names.length, tally.latency))
    names.push(nameOf(rest.join(' ')))
  }
  return [...windows]
    .sort(([a], [b]) => a - b)
    .flatMap(([number, counts]) => intervalOf(number * windowUs, counts, { names }) ?? [])
}

function typedNames({ workgroup, database }: AthenaStatsRequest): string[] {
  const named = { workgroup, database }
  return Object.entries(named).flatMap(([name, value]) => (value ? [`--${name}`, value] : []))
}

interface Counted {
  figures: Figures
  windows: Figures | undefined
  opened: OpenedArchive
  request: AthenaStatsRequest
}

function resultOf({ figures, windows, opened, request }: Counted): StatsResult {
  const { all } = figures
  const { range, choices, signal } = request
  const { windowUs, types, filter } = choices
  const { undecodable, unsure } = all
  const rows = [...figures.rows]
    .map(([grp, { tally, counts }]) => ({ figures: rowOf(grp, tally), counts }))
    .sort((a, b) => byEvents(a.figures, b.figures))
  const total = new RowTally()
  for (const { tally } of figures.rows.values()) total.merge(tally)
  total.keys = all.keys
  const text = (us: number | null | undefined) => (us == null ? null : timeText(us))
  const [first, last, firstReceived, lastReceived] = all.span
  return {
    schema: 'evt.stats/1',
    sources: [...opened.sources],
    selection: {
      ...{ since: text(range.sinceUs), until: text(range.untilUs) },
      ...(types.length > 0 && { types: [...types] }),
      ...(filter && { filter: filter.json }),
    },
    partial: signal.aborted || all.unsure > 0,
    span: {
      ...{ firstTime: text(first), lastTime: text(last) },
      ...{ firstReceivedAt: text(firstReceived), lastReceivedAt: text(lastReceived) },
    },
    read: {
      objects: opened.objects.length,
      bytes: opened.objects.reduce((sum, one) => sum + ('sizeBytes' in one ? one.sizeBytes : 0), 0),
      ...{ records: total.events + undecodable + unsure, undecodable },
    },
    total: total.figures(),
    types: rows.map(({ figures: row }) => row),
    ...(windows && typeof windowUs === 'number' && { windows: windowsOf(windows, windowUs) }),
    findings: athenaFindings({ rows, all, mapping: opened.mapping }),
  }
}

function rowOf(grp: string, tally: RowTally): TypeRow {
  return { ...nameOf(grp), ...tally.figures() }
}

/** @param grp the length of the source, the source, the type */
function nameOf(grp: string): { source: string; type: string } {
  const [, length = '', rest = ''] = /^(\d+):(.*)$/s.exec(grp) ?? []
  const characters = [...rest]
  const source = characters.slice(0, Number(length)).join('')
  const type = characters.slice(Number(length)).join('')
  return { type, source }
}

function windowsOf({ rows }: Figures, windowUs: number): WindowRow[] {
  return [...rows]
    .map(([grp, { tally }]) => ({ number: Number(grp), tally }))
    .sort((a, b) => a.number - b.number)
    .map(({ number, tally }) => ({
      start: timeText(number * windowUs),
      end: timeText((number + 1) * windowUs),
      ...tally.figures(),
    }))
}
