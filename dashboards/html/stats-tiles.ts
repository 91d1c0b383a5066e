import type { Finding, StatsResult, StatsRow } from '../../src/stats/result.js'
import { countText, durationText, percentText } from '../../src/ui/numbers.js'
import { type Faulty, faultOf } from '../../src/ui/stats-table.js'
import type { Tile } from './tiles.js'
import {
  LEAST_FOR,
  NOTHING,
  whyNoDistinct,
  whyNoMaximum,
  whyNoPercentile,
  whyNoRate,
  whyNoRatio,
} from './why.js'

/** The headline of a result: what there is, how often it came, in which order, how late. */
export function statsTiles({ total, findings }: StatsResult): Tile[] {
  const wrong = faultsIn(findings)
  return [
    { label: 'events', value: countText(total.events), note: 'deliveries decoded' },
    distinct(total),
    { ...duplicates(total), wrong: wrong.has('duplicates') },
    { ...reordered(total), wrong: wrong.has('reordered') },
    percentile(total, 'p50', 'half of them within this'),
    percentile(total, 'p99', 'one of a hundred is slower'),
    { ...greatest(total), wrong: wrong.has('latency') },
  ]
}

function faultsIn(findings: readonly Finding[]): Set<Faulty | undefined> {
  return new Set(
    findings.filter(({ severity }) => severity === 'fault').map(({ kind }) => faultOf[kind]),
  )
}

function distinct(total: StatsRow): Tile {
  const value = total.distinct === null ? null : countText(total.distinct)
  return { label: 'distinct', value, note: whyNoDistinct(total) ?? 'identities: source and id' }
}

function duplicates(total: StatsRow): Tile {
  const { count, rate, byCause } = total.duplicates
  const causes = [
    [byCause.replay, 'by replay'],
    [byCause.redelivery, 'redelivered'],
    [byCause.sameId, 'by the same id'],
  ] as const
  const said = causes.flatMap(([n, how]) => (n > 0 ? [`${countText(n)} ${how}`] : []))
  const note = count === 0 ? 'no delivery came again' : said.join(', ')
  const value = rate === null ? null : percentText(rate)
  return { label: 'duplicates', value, note: whyNoRate(total) ?? note }
}

function reordered(total: StatsRow): Tile {
  const { ratio, reordered: count, checked, keys, maxExtent, maxLateMs } = total.ordering
  const extent = maxExtent === null ? '' : `, up to ${countText(maxExtent)} behind`
  const late = maxLateMs === null ? '' : ` and ${durationText(maxLateMs, 3)} late`
  const note =
    count === 0
      ? `${countText(checked)} checked of ${countText(keys)} ${keys === 1 ? 'key' : 'keys'}`
      : `${countText(count)} of ${countText(checked)}${extent}${late}`
  const value = ratio === null ? null : percentText(ratio)
  return { label: 'reordered', value, note: whyNoRatio(total) ?? note }
}

function percentile({ events, latencyMs }: StatsRow, name: 'p50' | 'p99', note: string): Tile {
  const ms = latencyMs[name]
  const value = ms === null ? null : durationText(ms, 3)
  const why = events === 0 ? NOTHING : whyNoPercentile(latencyMs, name)
  const needs = why && latencyMs.count > 0 ? `needs ${countText(LEAST_FOR[name])} latencies` : why
  return { label: `latency ${name}`, value, note: needs ?? note }
}

function greatest({ events, latencyMs }: StatsRow): Tile {
  const { max, count } = latencyMs
  const value = max === null ? null : durationText(max, 3)
  const note = `the slowest of ${countText(count)}`
  return {
    label: 'latency max',
    value,
    note: events === 0 ? NOTHING : (whyNoMaximum(latencyMs) ?? note),
  }
}
