import { HIGHEST_US, LatencyHistogram, samplesNeeded } from '../meters/hdr.js'
import type { LinkedEvent } from './linked-event.js'
import { nodeText } from './told.js'

/** What events of one source and type caused. */
export interface CausationGraph {
  /** By name, as the path of a loop has it, with how many events were causes or effects. */
  readonly nodes: readonly { readonly name: string; readonly events: number }[]
  /** The most frequent first. */
  readonly edges: readonly CausationEdge[]
}

interface CausationEdge {
  /** Places in `nodes`. */
  readonly from: number
  readonly to: number
  /** Effects. */
  readonly events: number
  /** From cause to effect, of those whose clocks agree; null below 20 of them. */
  readonly p50Ms: number | null
  readonly maxMs: number | null
  /** Whether effects lead back to the cause, by whatever way. */
  readonly isRound: boolean
}

interface Counted {
  readonly from: number
  readonly to: number
  events: number
  /** From cause to effect. A histogram of each would be a hundred times as large where most ways
   * are gone once. */
  readonly afterUs: number[]
}

/** More are not searched for ways round: who sends names many must not keep evt busy. */
const MOST_EDGES = 2_000

/** Which sources and types cause which, and after how long.
 * @param causes as linksOf gives them */
export function causationGraph(events: readonly LinkedEvent[], causes: Int32Array): CausationGraph {
  const numbers = new Map<string, number>()
  const counts: number[] = []
  const edges = new Map<string, Counted>()
  const seen = new Set<number>()
  const numberOf = (at: number): number => {
    const name = nodeText(events[at])
    const number = numbers.get(name) ?? numbers.size
    numbers.set(name, number)
    if (!seen.has(at)) counts[number] = (counts[number] ?? 0) + 1
    seen.add(at)
    return number
  }
  for (const [at, cause] of causes.entries()) {
    if (cause < 0) continue
    const [from, to] = [numberOf(cause), numberOf(at)]
    const key = `${from} ${to}`
    const edge = edges.get(key) ?? { from, to, events: 0, afterUs: [] }
    edges.set(key, edge)
    edge.events += 1
    const [causeUs, effectUs] = [events[cause]?.atUs ?? null, events[at]?.atUs ?? null]
    if (causeUs !== null && effectUs !== null) edge.afterUs.push(effectUs - causeUs)
  }
  const all = [...edges.values()].sort((a, b) => b.events - a.events || a.from - b.from)
  const isRound = roundsIn(all.slice(0, MOST_EDGES))
  return {
    nodes: [...numbers.keys()].map((name, n) => ({ name, events: counts[n] ?? 0 })),
    edges: all.map((edge) => {
      const { from, to, events, afterUs } = edge
      return { from, to, events, ...figuresOf(afterUs), isRound: isRound(edge) }
    }),
  }
}

function figuresOf(afterUs: readonly number[]): Pick<CausationEdge, 'p50Ms' | 'maxMs'> {
  const agreed = afterUs.filter((us) => us >= 0)
  const maxMs = agreed.length === 0 ? null : agreed.reduce((a, b) => Math.max(a, b)) / 1_000
  const counted = agreed.filter((us) => us <= HIGHEST_US)
  if (counted.length < samplesNeeded(50)) return { p50Ms: null, maxMs }
  const histogram = new LatencyHistogram()
  for (const us of counted) histogram.record(us)
  const p50Us = histogram.percentile(50)
  return { p50Ms: p50Us === null ? null : p50Us / 1_000, maxMs }
}

/** Whether its effect leads back to its cause. */
function roundsIn(edges: readonly Counted[]): (edge: Counted) => boolean {
  const ways = new Map<number, number[]>()
  for (const { from, to } of edges) ways.set(from, [...(ways.get(from) ?? []), to])
  const reached = new Map<number, Set<number>>()
  const from = (start: number): Set<number> => {
    const known = reached.get(start)
    if (known) return known
    const found = new Set<number>([start])
    for (const at of found) for (const to of ways.get(at) ?? []) found.add(to)
    reached.set(start, found)
    return found
  }
  const drawn = new Set(edges)
  return (edge) => drawn.has(edge) && from(edge.to).has(edge.from)
}
