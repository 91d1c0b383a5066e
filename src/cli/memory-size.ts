import { EvtError } from '../errors.js'

const units = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 }
const LEAST_BYTES = 500e6

/** A size in bytes, written as `500MB` or `2GiB`; NaN for what is none. */
function bytesOf(text: string): number {
  const [, digits, unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([kmg]?i?b)?$/i.exec(text.trim()) ?? []
  // The pattern allows no other units.
  return Number(digits) * (units[unit.toLowerCase() as keyof typeof units] ?? Number.NaN)
}

/** What `--max-bytes` says. */
export function mostBytes(text: string): number {
  const bytes = bytesOf(text)
  if (!Number.isNaN(bytes)) return bytes
  const hint = 'write 500MB, 10GB or 2GiB'
  throw new EvtError(`--max-bytes ${text} is not a size`, { code: 'usage', hint })
}

/** What `--memory-limit` says. */
export function memoryBytes(text: string): number {
  const bytes = bytesOf(text)
  if (bytes >= LEAST_BYTES) return bytes
  const hint = 'write 500MB or 2GiB; 500MB is the least that Node and DuckDB can do with'
  const fault = Number.isNaN(bytes) ? 'not a size' : 'not enough memory'
  throw new EvtError(`--memory-limit ${text} is ${fault}`, { code: 'usage', hint })
}
