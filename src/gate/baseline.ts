import type { Measured } from './measured.js'

/** What a run is compared with: one run or more of the same. */
export interface Baseline {
  /** For people: where it is from. */
  name: string
  /** The oldest first; never empty. */
  runs: BaselineRun[]
}

export interface BaselineRun extends Measured {
  at: string | null
  commit: string | null
  branch: string | null
  /** Nothing else is known of it: not how many events there were. */
  isPercentilesAlone?: boolean
}
