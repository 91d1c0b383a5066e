import type { StatsResult } from '../stats/result.js'
import type { Distribution } from './distribution.js'
import { dependenceOfWindows, distributionOf, type GateRow, type Measured } from './measured.js'

type Named = { type: string; source: string }

/** The latencies of one window of a run. */
export interface MeasuredWindow {
  startUs: number
  rows: (Named & { distribution: Distribution })[]
  total: Distribution
}

/** The rows that rules are judged on, of what evt stats measured.
 * @param nowMs what the age of the newest event is counted to */
export function measuredOf(
  result: Pick<StatsResult, 'total' | 'types' | 'read' | 'span'>,
  latencies: readonly MeasuredWindow[],
  nowMs: number,
): Measured {
  const { total, types, read, span } = result
  const nameOf = ({ type, source }: Named) => JSON.stringify([type, source])
  const byType = new Map<string, Distribution[]>()
  const ofAll: Distribution[] = []
  for (const { rows, total: all } of latencies) {
    for (const row of rows) {
      const windows = byType.get(nameOf(row)) ?? []
      windows.push(row.distribution)
      byType.set(nameOf(row), windows)
    }
    ofAll.push(all)
  }
  const { records, undecodable } = read
  const ageMs = span.lastTime === null ? null : Math.max(0, nowMs - Date.parse(span.lastTime))
  const whole = { undecodable: { count: undecodable, records }, ageMs }
  return {
    total: gateRow({ ...total, ...whole }, ofAll),
    types: types.map(({ type, source, ...figures }) => ({
      ...{ type, source },
      ...gateRow(figures, byType.get(nameOf({ type, source })) ?? []),
    })),
  }
}

function gateRow(figures: GateRow['figures'], windows: readonly Distribution[]): GateRow {
  const distribution = distributionOf(figures.latencyMs.hdr)
  return { figures, distribution, dependence: dependenceOfWindows(distribution, windows) }
}
