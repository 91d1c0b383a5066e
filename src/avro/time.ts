import type { JsonValue } from '../event/event.js'
import { timeText } from '../event/time.js'

export type TimeUnit = 'ms' | 'us' | 'ns'

const perUs = { ms: 1000n, us: 1n, ns: 1n } as const
const NO_FRACTION = 26

/** A timestamp as ISO 8601 in UTC; beyond ±(2^53 − 1) µs its digits. */
export function avroTime(stored: number | bigint, unit: TimeUnit): JsonValue {
  const value = BigInt(stored)
  const ns = unit === 'ns' ? ((value % 1000n) + 1000n) % 1000n : 0n
  const timeUs = unit === 'ns' ? (value - ns) / 1000n : value * perUs[unit]
  if (!Number.isSafeInteger(Number(timeUs))) return String(value)
  const text = timeText(Number(timeUs))
  if (ns === 0n) return text
  return `${text.slice(0, -1).padEnd(NO_FRACTION, '0')}${String(ns).padStart(3, '0')}Z`
}
