import type { CausationCounts } from './links.js'

/** Events that run in a circle: each turn is the effect of the one before. */
export interface FoundLoop {
  /** `source/type` of each step, in the order of cause and effect; the last causes the first. */
  path: string[]
  /** What says so: causes that events name, what AWS counts in their trace headers, or the same
   * content that passes again. */
  by: 'causation' | 'lineage' | 'content'
  /** How often a chain passed one of them, at most. */
  turns: number
  /** Events of turn n + 1 for each event of turn n, geometric mean; 1: steady. */
  amplification: number
  /** Between two turns: the median. Null where times are unknown. */
  periodMs: number | null
  /** How many chains went round. */
  chains: number
  /** How many events did. */
  events: number
  /** Between the first and the last of them; null where they are of one moment. */
  eventsPerHour: number | null
  /** Their requests to EventBridge at list price, at this rate. */
  usdPerDay: number | null
  /** When the first and the last of them happened. */
  first: string | null
  last: string | null
  /** `kind:id`, at most so many as MOST_ENTITIES. */
  entities: string[]
  /** Ids of the events of the longest chain at one step of the path, at most so many as
   * MOST_WITNESSES, from the first on; `path:record` of those that have none. */
  witnesses: string[]
  explain: string
}

/** `evt.loops/1`. */
export interface LoopsResult {
  schema: 'evt.loops/1'
  partial: boolean
  /** The one of most events first. */
  loops: FoundLoop[]
  chains: { count: number; maxDepth: number }
  causation: CausationCounts
  /** Events that neither name a cause nor are named as one, and pass their node again: how many
   * had their contents compared. */
  compared: number
  searched: {
    sources: string[]
    objects: number
    bytes: number
    records: number
    undecodable: number
    events: number
  }
  /** Live: events older than this may have been forgotten, and loops have more turns than seen. */
  bounded?: string
}

export const MOST_ENTITIES = 100
export const MOST_WITNESSES = 10
