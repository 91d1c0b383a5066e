import type { GateRun } from './measure.js'
import type { Provenance } from './provenance.js'
import { histogramKind } from './run.js'
import { type SavedRun, savedRow } from './saved-run.js'

/** A run as it is saved. */
export function savedRunOf(
  { measured, about, read, timeline }: GateRun,
  of: Provenance & { mapping: string[]; version: string; nowMs: number },
): SavedRun {
  const { total, types } = measured
  const { commit, branch, mapping, version, nowMs } = of
  const { firstTime, lastTime, firstReceivedAt, lastReceivedAt } = about.span
  return {
    schema: 'evt.run/1',
    evt: version,
    savedAt: new Date(nowMs).toISOString(),
    commit,
    branch,
    sources: [...about.sources],
    selection: { ...about.selection },
    span: { firstTime, lastTime, firstReceivedAt, lastReceivedAt },
    mapping,
    precision: histogramKind.precision,
    unit: histogramKind.unit,
    read: { records: read.records, undecodable: read.undecodable },
    total: savedRow(total),
    types: types.map((row) => ({ type: row.type, source: row.source, ...savedRow(row) })),
    windows: timeline,
  }
}
