import type { TypedPattern } from '../event/pattern.js'
import type { ReadRequest } from '../reading/open-archive.js'
import type { ArrivalOptions } from './arrivals.js'

/** Where events pass, and how they are read there. */
export interface StageRequest {
  name: string
  /** SOURCEs. */
  given: readonly string[]
  /** The values of `--map` and its own. */
  maps: readonly string[]
}

export interface ReconcileChoices extends ArrivalOptions {
  graceUs: number
  windowUs: number | null
  /** Whether what was lost of each kind in each window is wanted. */
  lossesByKind?: boolean | undefined
  /** Globs; none: all types. */
  types: readonly string[]
  filter?: TypedPattern | undefined
  memoryLimitBytes: number
  allowPartial: boolean
}

export interface ReconcileRequest
  extends Omit<ReadRequest, 'given' | 'maps' | 'choose' | 'lineWith' | 'index'> {
  /** At least two, from the first place to the last. */
  stages: readonly StageRequest[]
  choices: ReconcileChoices
  threads?: number | undefined
  spoolDir?: string | undefined
  sqlFromBytes?: number | undefined
  arrivalsAtOnce?: number | undefined
}
