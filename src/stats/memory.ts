import type { ArchiveObject } from '../archives/object.js'
import { textBytesOf } from '../archives/text-size.js'
import { aheadBytes } from '../engines/duckdb.js'

/** How the memory of a run is shared out. */
export interface MemoryPlan {
  /** Deliveries to make room for at the start. */
  expected: number
  /** Deliveries beyond this number go to DuckDB's table. */
  maxRows: number
  /** The same, once some are there. */
  spilledRows: number
  /** DuckDB's own limit while it scans, and once it holds the deliveries. */
  scanBytes: number
  spillBytes: number
  /** DuckDB's threads: each takes buffers of its own for a scan. */
  threads: number
  /** Whether there is room for the scan of one file while that of another is taken in. */
  scansAhead: boolean
}

/** Node, DuckDB's code, the files being unpacked: what a run takes before its first delivery. */
const BASE_BYTES = 280e6
/** Deliveries, and the tables by which they are judged. */
const ROW_BYTES = 75
const LEAST_DUCKDB_BYTES = 160e6
/** Of what is left for DuckDB and rows: it takes more than its limit, and gives little back. */
const SPILL_SHARE = 0.5
const SPILLED_ROWS = 500_000
/** A thread's buffer in a scan (read_json of DuckDB 1.5.6: 32 MiB), and what else a scan holds. */
const THREAD_BYTES = 34e6
const SCAN_BYTES = 45e6
const TYPICAL_EVENT_BYTES = 500

/** What a key takes in the table of keys, which is between a quarter and half full. */
export const KEY_BYTES = 43

/** How many deliveries of a plan's number fit where each takes some bytes more than usual. */
export function rowsThatFit(rows: number, moreBytesARow: number): number {
  return Math.floor((rows * ROW_BYTES) / (ROW_BYTES + moreBytesARow))
}

/** @param heldRows where given, what the limit would say of deliveries that are held */
export function memoryPlan(
  objects: readonly ArchiveObject[],
  limitBytes: number,
  threads: number,
  heldRows?: number,
): MemoryPlan {
  const budget = Math.max(0, limitBytes - BASE_BYTES)
  const maxRows = heldRows ?? Math.floor((budget * 0.8) / ROW_BYTES)
  const spilledRows = heldRows ?? SPILLED_ROWS
  const expected = expectedRows(objects)
  const fits = expected <= maxRows
  const spillBytes = Math.max(LEAST_DUCKDB_BYTES, budget * SPILL_SHARE)
  const spareBytes = Math.max(budget * 0.3, budget - expected * ROW_BYTES)
  const scanBytes = fits ? Math.max(LEAST_DUCKDB_BYTES, spareBytes) : spillBytes
  return {
    expected: fits ? expected : spilledRows,
    maxRows: fits ? maxRows : spilledRows,
    spilledRows,
    scanBytes,
    spillBytes,
    ...scanning(scanBytes, threads),
  }
}

/** As many of the threads as have room, in two scans if all of them have it. */
function scanning(scanBytes: number, wanted: number) {
  const ahead = aheadBytes({ memoryLimitBytes: scanBytes })
  const threadsFor = (scans: number) =>
    Math.floor((scanBytes / scans - SCAN_BYTES - ahead) / THREAD_BYTES)
  const threads = Math.max(1, Math.min(wanted, threadsFor(1)))
  return { threads, scansAhead: threadsFor(2) >= threads }
}

function expectedRows(objects: readonly ArchiveObject[]): number {
  let bytes = 0
  for (const object of objects) {
    if (object.kind !== 'stream') bytes += textBytesOf(object)
  }
  return Math.ceil(bytes / TYPICAL_EVENT_BYTES)
}
