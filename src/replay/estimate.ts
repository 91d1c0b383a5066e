import type { OpenSink, Sink } from '../sinks/sink.js'
import { paceMs, type Speed } from './pace.js'
import type { ReplayResult } from './result.js'
import type { Tally } from './tally.js'

interface Target {
  readonly kind: Sink
  readonly sink: OpenSink
  readonly speed: Speed
  readonly concurrency: number
}

/** About how long it takes, and what the service's list asks for it. */
export function estimateOf(
  tally: Tally,
  { kind, sink, speed, concurrency }: Target,
): ReplayResult['estimate'] {
  const workers = sink.isInTurn ? 1 : concurrency
  const rounds = Math.max(tally.calls / workers, sink.keepsOrder ? tally.mostOfKey : 0)
  const bounds = [rounds * kind.callMs, paceMs(speed, tally)]
  if (sink.mostPerSecond) bounds.push((tally.events / sink.mostPerSecond) * 1_000)
  return { durationMs: Math.round(Math.max(...bounds)), priceUsd: priceOf(tally, { kind, sink }) }
}

function priceOf(tally: Tally, { kind, sink: { price } }: Pick<Target, 'kind' | 'sink'>) {
  if (!price) return kind.iamActions.length === 0 && kind.name !== 'http' ? 0 : null
  const { per, unitBytes, usdPerMillion } = price
  const byCall = Math.max(tally.calls, Math.ceil(tally.takenBytes / unitBytes))
  return ((per === 'call' ? byCall : tally.entryUnits) * usdPerMillion) / 1e6
}
