import type { GenerateResult } from '../generate/generate.js'
import type { Finding, FindingKind, StatsResult } from '../stats/result.js'

/** A figure that was planted, beside what was measured. */
export interface DemoFault {
  what: string
  planted: number | string | null
  found: number | string | null
  /** One event that proves it. */
  witness?: string
}

/** Compares what `evt generate` knows with what `evt stats` found, a line a kind of fault. */
export function demoFaults(
  { planted }: GenerateResult,
  truth: StatsResult,
  found: StatsResult,
): DemoFault[] {
  const count = (kind: FindingKind) =>
    found.findings.filter((f) => f.kind === kind).reduce((sum, f) => sum + f.count, 0)
  const line = (what: string, wanted: number, got: number, kind: FindingKind): DemoFault => {
    const witness = witnessOf(found.findings, kind)
    return { what, planted: wanted, found: got, ...(witness === undefined ? {} : { witness }) }
  }
  const { duplicates, ordering, latencyMs } = found.total
  const p99 = (ms: number | null) => (ms === null ? null : `${ms} ms`)
  return [
    { what: 'events', planted: truth.total.events, found: found.total.events },
    line('delivered twice', truth.total.duplicates.count ?? 0, duplicates.count ?? 0, 'duplicate'),
    line('  of these, replays', planted.replays, duplicates.byCause.replay, 'duplicate'),
    line('same id, other payload', planted.conflicts, count('conflict'), 'conflict'),
    line('published twice', planted.publishedTwice, count('publishedTwice'), 'publishedTwice'),
    line('out of order', truth.total.ordering.reordered, ordering.reordered, 'reordered'),
    line('received before sent', truth.total.latencyMs.skewed, latencyMs.skewed, 'skew'),
    line('not decodable', truth.read.undecodable, found.read.undecodable, 'undecodable'),
    {
      what: 'p99 latency',
      planted: p99(truth.total.latencyMs.p99),
      found: p99(latencyMs.p99),
    },
    {
      what: 'an hour without events',
      planted: planted.silentHour === null ? 0 : 1,
      found: Math.min(1, count('coverage')),
      ...(planted.silentHour === null ? {} : { witness: planted.silentHour }),
    },
  ]
}

function witnessOf(findings: readonly Finding[], kind: FindingKind): string | undefined {
  const witnesses = findings.filter((finding) => finding.kind === kind).flatMap((f) => f.witnesses)
  const told = witnesses.find(({ role }) => role !== 'first') ?? witnesses[0]
  if (!told?.position) return undefined
  const { path, record } = told.position
  const place = `${path.split('/').at(-1)}:${record}`
  return told.id === undefined || told.id === null ? place : `${told.id.slice(0, 8)}  ${place}`
}
