import { EvtError } from '../errors.js'
import { LatencyHistogram } from '../meters/hdr.js'
import { readHdr } from '../meters/hdr-v2.js'
import { mappingDifference } from './mapping-lines.js'
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
export function mergedRuns([first, ...others]: readonly [RunFile, ...RunFile[]]): SavedRun {
  for (const other of others) checkMergeable(first, other)
  return others.reduce((merged, { run }) => merge(merged, run), first.run)
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

function checkMergeable(here: RunFile, there: RunFile): void {
  checkAlike(here, there, `cannot be added to ${here.file}`)
  const name = ({ sources, span }: SavedRun) => JSON.stringify([sources, span])
  if (name(here.run) !== name(there.run)) return
  const message = `${there.file} cannot be added to ${here.file}: both are of the same run`
  throw new EvtError(message, { code: 'usage' })
}

function merge(a: SavedRun, b: SavedRun): SavedRun {
  const types = new Map(a.types.map((row) => [JSON.stringify([row.type, row.source]), row]))
  for (const row of b.types) {
    const name = JSON.stringify([row.type, row.source])
    const known = types.get(name)
    types.set(name, known ? { ...row, ...mergedRow(known, row) } : row)
  }
  return {
    ...a,
    sources: [...a.sources, ...b.sources],
    span: mergedSpan(a.span, b.span),
    read: {
      records: a.read.records + b.read.records,
      undecodable: a.read.undecodable + b.read.undecodable,
    },
    total: mergedRow(a.total, b.total),
    types: [...types.values()],
    windows: [],
  }
}

function mergedSpan(a: SavedRun['span'], b: SavedRun['span']): SavedRun['span'] {
  const first = (one: string | null, other: string | null) =>
    [one, other].filter((time) => time !== null).sort((x, y) => Date.parse(x) - Date.parse(y))
  return {
    firstTime: first(a.firstTime, b.firstTime)[0] ?? null,
    lastTime: first(a.lastTime, b.lastTime).at(-1) ?? null,
    firstReceivedAt: first(a.firstReceivedAt, b.firstReceivedAt)[0] ?? null,
    lastReceivedAt: first(a.lastReceivedAt, b.lastReceivedAt).at(-1) ?? null,
  }
}

type Row = Omit<SavedRow, 'type' | 'source'>

function mergedRow(a: Row, b: Row): Row {
  const events = a.events + b.events
  const duplicates = both(a.duplicates.count, b.duplicates.count)
  const causes = [a.duplicates.byCause, b.duplicates.byCause] as const
  return {
    events,
    distinct: both(a.distinct, b.distinct),
    duplicates: {
      count: duplicates,
      rate: duplicates === null || events === 0 ? null : duplicates / events,
      byCause: {
        replay: causes[0].replay + causes[1].replay,
        redelivery: causes[0].redelivery + causes[1].redelivery,
        sameId: causes[0].sameId + causes[1].sameId,
      },
    },
    ordering: mergedOrdering(a.ordering, b.ordering),
    latencyMs: mergedLatency(a.latencyMs, b.latencyMs),
    dependence: mergedDependence(a, b),
  }
}

/** What one of them does not claim is not claimed of both. */
function both(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}

function greatest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}

function mergedOrdering(a: Row['ordering'], b: Row['ordering']): Row['ordering'] {
  const checked = a.checked + b.checked
  const reordered = a.reordered + b.reordered
  const isUnknown = [a, b].some((one) => one.reordered > 0 && one.maxLateMs === null)
  return {
    keys: a.keys + b.keys,
    checked,
    reordered,
    ratio: checked === 0 ? null : reordered / checked,
    maxExtent: greatest(a.maxExtent, b.maxExtent),
    maxLateMs: isUnknown ? null : greatest(a.maxLateMs, b.maxLateMs),
  }
}

function mergedLatency(a: Row['latencyMs'], b: Row['latencyMs']): Row['latencyMs'] {
  if (a.count === 0 || b.count === 0) {
    const [some, none] = a.count === 0 ? [b, a] : [a, b]
    return { ...some, skewed: some.skewed + none.skewed }
  }
  const histogram = new LatencyHistogram()
  for (const { hdr } of [a, b]) {
    const reading = hdr === null ? null : readHdr(hdr)
    if (reading && !reading.ok)
      throw new EvtError(`a histogram ${reading.fault}`, { code: 'usage' })
    for (const { lowest, count } of reading?.histogram.buckets() ?? []) {
      histogram.recordBucket(lowest, count)
    }
  }
  const us = (ms: number | null) => Math.round((ms ?? 0) * 1_000)
  const sumUs = ({ mean, count }: Row['latencyMs']) =>
    BigInt(Math.round((mean ?? 0) * count * 1_000))
  histogram.setExact({
    minUs: Math.min(us(a.min), us(b.min)),
    maxUs: Math.max(us(a.max), us(b.max)),
    sumUs: sumUs(a) + sumUs(b),
    overflow: a.overflow + b.overflow,
    skewed: a.skewed + b.skewed,
  })
  return histogram.figures(mergedResolution(a.resolutionMs, b.resolutionMs))
}

function mergedResolution(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

/** Runs are apart: the variances of their shares add up. */
function mergedDependence(a: Row, b: Row): Row['dependence'] {
  const [one, other] = [a.dependence, b.dependence]
  if (one === null || other === null) return one ?? other
  const [n, m] = [a.latencyMs.count, b.latencyMs.count]
  const mean = (x: number, y: number) => (x * n + y * m) / (n + m)
  const merged = percentileNames.map((name) => [
    name,
    {
      designEffect: mean(one[name].designEffect, other[name].designEffect),
      windows: one[name].windows + other[name].windows,
      perWindow: mean(one[name].perWindow, other[name].perWindow),
    },
  ])
  return Object.fromEntries(merged) as NonNullable<Row['dependence']>
}
