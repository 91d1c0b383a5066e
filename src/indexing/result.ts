import type { Freshness } from '../archive-index/open-index.js'

/** `evt.index/1`: an index, and how it goes together with its archive. */
export interface IndexResult {
  schema: 'evt.index/1'
  /** As named. */
  sources: string[]
  folder: string
  /** `stale`: objects are missing or gone. `otherVersion`, `otherMapping`: it was built by another
   * evt, or reads other fields, and is not used. */
  state: Freshness['state']
  builtAt: string | null
  objects: number
  records: number
  events: number
  undecodable: number
  /** Of its objects, as stored. */
  archiveBytes: number
  indexBytes: number
  /** Objects of the archive that it does not have, and its objects that the archive does not have
   * as they were; null where it cannot be used. */
  missing: number | null
  gone: number | null
  /** Of `build`: where in S3 it was put as well. */
  copy?: string
  /** Of `build`: objects that were read, and that were given up. */
  added?: number
  removed?: number
  /** Of `build`, where somebody was erased: how many of its events are of them. */
  erased?: number
}
