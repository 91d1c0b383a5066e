import type { Snapshot } from './model.js'
import type { Shown } from './recent-events.js'

export const sorts = ['wrong', 'rate', 'p99', 'name'] as const
type Sort = (typeof sorts)[number]

/** What a person did to the screen. */
export interface Ui {
  /** What is shown instead of what there is now. */
  paused: Snapshot | null
  sort: Sort
  /** Only what has this text in its type, key, entities or id. */
  filter: string
  /** Whether the filter is being typed. */
  isTyping: boolean
  isHelp: boolean
  /** The number of the chosen event; null: the latest. */
  chosen: number | null
  opened: Shown | null
  /** How many lines of what is opened are above the screen. */
  scroll: number
}

export const firstUi: Ui = {
  paused: null,
  sort: 'wrong',
  filter: '',
  isTyping: false,
  isHelp: false,
  chosen: null,
  opened: null,
  scroll: 0,
}
