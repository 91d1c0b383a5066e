import { EvtError } from '../errors.js'
import { compareText } from '../event/sequence.js'
import { LatencyHistogram } from '../meters/hdr.js'
import { mappingDifference } from './mapping-lines.js'
import { bucketsOf } from './measured.js'
import { percentileNames } from './result.js'
import type { SavedRow, SavedRun } from './saved-run.js'

/** A saved run and the file that it is in. */
export interface RunFile {
  file: string
  run: SavedRun
}

/**
 * Runs that share no identity and no key as one, equal to one run that measured all of it.
 *
 * @throws EvtError `usage` for runs that cannot be one
 */
export function mergedRuns(files: readonly [RunFile, ...RunFile[]]): SavedRun {
  const [first, ...others] = files
  if (others.length === 0) return first.run
  for (const [n, other] of others.entries()) checkMergeable(files.slice(0, n + 1), other)
  const runs = files.map(({ run }) => run)
  const types = new Map<string, SavedRun['types']>()
  for (const row of runs.flatMap((run) => run.types)) {
    const name = JSON.stringify([row.type, row.source])
    types.set(name, [...(types.get(name) ?? []), row])
  }
  return {
    ...first.run,
    sources: runs.flatMap(({ sources }) => sources),
    span: mergedSpan(runs),
    read: {
      records: sum(runs.map(({ read }) => read.records)),
      undecodable: sum(runs.map(({ read }) => read.undecodable)),
    },
    total: mergedRow(runs.map(({ total }) => total)),
    types: [...types.values()]
      .flatMap((rows) => (rows[0] ? [{ ...rows[0], ...mergedRow(rows) }] : []))
      .sort(byEvents),
    windows: [],
  }
}

/** By events descending, then type, then source in byte order, as evt stats has them. */
function byEvents(a: SavedRun['types'][number], b: SavedRun['types'][number]): number {
  return b.events - a.events || compareText(a.type, b.type) || compareText(a.source, b.source)
}

/** @throws EvtError `usage`, with the difference */
export function checkAlike(here: RunFile, there: RunFile, doing: string): void {
  const mapping = mappingDifference(here.run.mapping, there.run.mapping)
  const difference =
    differs('unit', here.run.unit, there.run.unit) ??
    differs('precision', here.run.precision, there.run.precision) ??
    (mapping === undefined ? undefined : `mapping: ${mapping}`)
  if (difference === undefined) return
  throw new EvtError(`${there.file} ${doing}: another ${difference}`, { code: 'usage' })
}

function differs(what: string, here: unknown, there: unknown): string | undefined {
  return here === there ? undefined : `${what}: here ${here}, there ${there}`
}

function checkMergeable(before: readonly RunFile[], there: RunFile): void {
  const [first] = before
  if (first) checkAlike(first, there, `cannot be added to ${first.file}`)
  const name = ({ run }: RunFile) => JSON.stringify([run.sources, run.span])
  const same = before.find((here) => name(here) === name(there))
  if (!same) return
  const message = `${there.file} cannot be added to ${same.file}: both are of the same run`
  throw new EvtError(message, { code: 'usage' })
}

function mergedSpan(runs: readonly SavedRun[]): SavedRun['span'] {
  const times = (name: keyof SavedRun['span']) =>
    runs.flatMap(({ span }) => span[name] ?? []).sort((a, b) => Date.parse(a) - Date.parse(b))
  return {
    firstTime: times('firstTime')[0] ?? null,
    lastTime: times('lastTime').at(-1) ?? null,
    firstReceivedAt: times('firstReceivedAt')[0] ?? null,
    lastReceivedAt: times('lastReceivedAt').at(-1) ?? null,
  }
}

type Row = Omit<SavedRow, 'type' | 'source'>

function mergedRow(rows: readonly Row[]): Row {
  const events = sum(rows.map((row) => row.events))
  const duplicates = allOf(rows.map((row) => row.duplicates.count))
  const cause = (name: keyof Row['duplicates']['byCause']) =>
    sum(rows.map((row) => row.duplicates.byCause[name]))
  return {
    events,
    distinct: allOf(rows.map(({ distinct }) => distinct)),
    duplicates: {
      count: duplicates,
      rate: duplicates === null || events === 0 ? null : duplicates / events,
      byCause: {
        replay: cause('replay'),
        redelivery: cause('redelivery'),
        sameId: cause('sameId'),
      },
    },
    ordering: mergedOrdering(rows.map(({ ordering }) => ordering)),
    latencyMs: mergedLatency(rows.map(({ latencyMs }) => latencyMs)),
    dependence: mergedDependence(rows),
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}

/** What one of them does not claim is not claimed of all. */
function allOf(values: readonly (number | null)[]): number | null {
  return values.includes(null) ? null : sum(values.map((value) => value ?? 0))
}

function greatest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

function mergedOrdering(rows: readonly Row['ordering'][]): Row['ordering'] {
  const checked = sum(rows.map((row) => row.checked))
  const reordered = sum(rows.map((row) => row.reordered))
  const isUnknown =
    reordered > 0 && rows.every((row) => row.reordered === 0 || row.maxLateMs === null)
  return {
    keys: sum(rows.map((row) => row.keys)),
    checked,
    reordered,
    ratio: checked === 0 ? null : reordered / checked,
    maxExtent: greatest(rows.map((row) => row.maxExtent)),
    maxLateMs: isUnknown ? null : greatest(rows.map((row) => row.maxLateMs)),
  }
}

function mergedLatency(rows: readonly Row['latencyMs'][]): Row['latencyMs'] {
  const filled = rows.filter(({ count }) => count > 0)
  const histogram = new LatencyHistogram()
  const [merged, ...others] = filled.flatMap(({ hdr }) => (hdr === null ? [] : [bucketsOf(hdr)]))
  for (const other of others) merged?.merge(other)
  for (const { lowest, count } of merged?.buckets() ?? []) histogram.recordBucket(lowest, count)
  const us = (ms: number | null) => Math.round((ms ?? 0) * 1_000)
  const isEmpty = filled.length === 0
  histogram.setExact({
    minUs: isEmpty ? null : Math.min(...filled.map(({ min }) => us(min))),
    maxUs: isEmpty ? null : Math.max(...filled.map(({ max }) => us(max))),
    sumUs: filled.reduce(
      (all, { mean, count }) => all + BigInt(Math.round((mean ?? 0) * count * 1_000)),
      0n,
    ),
    overflow: sum(rows.map(({ overflow }) => overflow)),
    skewed: sum(rows.map(({ skewed }) => skewed)),
  })
  const steps = rows.flatMap(({ resolutionMs }) => resolutionMs ?? [])
  return histogram.figures(steps.length === 0 ? null : Math.min(...steps))
}

/** Runs are apart: the variances of their shares add up. */
function mergedDependence(rows: readonly Row[]): Row['dependence'] {
  const known = rows.flatMap(({ dependence, latencyMs }) =>
    dependence === null ? [] : [{ dependence, count: latencyMs.count }],
  )
  const all = sum(known.map(({ count }) => count))
  if (all === 0) return null
  const merged = percentileNames.map((name) => {
    const mean = (figure: 'designEffect' | 'perWindow') =>
      sum(known.map(({ dependence, count }) => dependence[name][figure] * count)) / all
    return [
      name,
      {
        designEffect: mean('designEffect'),
        windows: sum(known.map(({ dependence }) => dependence[name].windows)),
        perWindow: mean('perWindow'),
      },
    ]
  })
  return Object.fromEntries(merged) as NonNullable<Row['dependence']>
}
