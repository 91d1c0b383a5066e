import type { TypedPattern } from '../event/pattern.js'
import type { ReadRequest } from '../reading/open-archive.js'
import type { LabelOf } from './deliveries.js'
import type { HistogramPaths } from './histogram-files.js'
import type { HlogUnit } from './hlog/result.js'

interface StatsChoices extends HistogramPaths {
  by: 'type' | 'source'
  /** `spread`: such that there are some hundred windows. */
  windowUs: number | 'spread' | null
  /** Globs; none: all types. */
  types: readonly string[]
  filter?: TypedPattern | undefined
  sample: number | null
  content: boolean | 'auto'
  hops?: boolean | undefined
  /** Whether the latencies of each type in each window are wanted. */
  intervals?: boolean | undefined
  /** Whether the latencies of windows all over the span are wanted. */
  spread?: boolean | undefined
  /** What the rows of windows are by; by default types. */
  labelOf?: LabelOf | undefined
  memoryLimitBytes: number
  allowPartial: boolean
  /** Of histogram logs that do not say. */
  unit?: HlogUnit | undefined
}

export interface StatsRequest extends ReadRequest {
  choices: StatsChoices
  /** Called with what --verbose tells of one archive, which may be nothing; absent without it. */
  explain?: ((lines: readonly string[]) => void) | undefined
}
