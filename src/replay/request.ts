import type { TypedPattern } from '../event/pattern.js'
import type { Locate } from '../questions/locate.js'
import type { ReadRequest } from '../reading/open-archive.js'
import type { Injection } from './injection.js'
import type { Speed } from './pace.js'
import type { ReplayBody, ReplayOrder } from './statement.js'

/** What was typed of a replay. */
export interface ReplayRequest extends ReadRequest {
  to: string
  types: readonly string[]
  entities: readonly string[]
  keys: readonly string[]
  ids: readonly string[]
  filter?: TypedPattern | undefined
  /** A question that gives the ids or the positions of those that are wanted. */
  sql: string | null
  order: ReplayOrder
  body: ReplayBody
  distinct: boolean
  injection: Injection | null
  /** Whether what was before `range` is told first, as the states of entities. */
  snapshot: boolean
  /** Whether events show that they are replayed, and by which name; evt makes one if unsaid. */
  isMarked: boolean
  name: string | null
  /** Whether what is a replay already may be sent again, and the others where the target cannot
   * take some. */
  replays: boolean
  skipRefused: boolean
  /** Who finds which objects are read; by default all are. */
  locate?: Locate | undefined
  speed: Speed
  concurrency: number
  memoryLimitBytes: number
  allowPartial: boolean
  /** A file of rules that change what is sent. */
  transform: string | null
  nowMs(): number
  /** Where bodies are put that are too large for the target. */
  claimCheck: string | null
  /** Templates that tell who gets what the target takes. */
  topology: readonly string[]
  /** The words that were typed, where the same may be typed again. */
  line?: readonly string[] | undefined
  /** Where the journal is to be; evt has a place for it if unsaid. */
  journal: string | null
}
