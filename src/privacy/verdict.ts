import type { RecordClaims } from './claim-reader.js'

/** What is to be done with one record, in events, but for mentions, which are places. */
export interface Verdict {
  /** Null: nothing of it is left. */
  text: string | null
  dropped: number
  changed: number
  mentioned: number
  held: number
  /** Events about the subject in wrappings that cannot be changed. */
  unplaced: number
  /** It cannot be decoded, and holds an identifier. */
  unreadable: number
  /** Where payloads are followed, and the record may point to some. */
  claims?: RecordClaims
  /** Whether it may point to some that nobody can tell. */
  isUnclear?: boolean
}

/** Of a record of which nothing is to be done, but for its text. */
export const untouched = {
  dropped: 0,
  changed: 0,
  mentioned: 0,
  held: 0,
  unplaced: 0,
  unreadable: 0,
}
