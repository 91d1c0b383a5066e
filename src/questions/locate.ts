import type { OpenIndex } from '../archive-index/open-index.js'
import type { IndexedRecord } from '../archive-index/relations.js'
import type { ArchiveObject } from '../archives/object.js'
import type { Statement } from '../engines/engine.js'
import type { Chosen } from './chosen.js'
import type { Searched } from './searched.js'

/** Which objects of an archive have to be read here, since another engine looked into all. */
export interface Located {
  /** They may hold what is chosen; in the order in which they were given. */
  readonly objects: readonly ArchiveObject[]
  /** What the others hold, of which nothing is chosen. */
  readonly elsewhere: Pick<Searched, 'objects' | 'bytes' | 'records' | 'undecodable' | 'events'>
  /** The records about the entities that are chosen, in order of place, of objects that an index
   * has; those are not read here. */
  readonly fromIndex?: { readonly index: OpenIndex; readonly records: readonly IndexedRecord[] }
  readonly asked?: {
    readonly workgroup: string
    readonly database: string
    readonly queries: readonly LocatingQuery[]
  }
}

/** What another engine was asked. */
export interface LocatingQuery {
  readonly id: string
  /** With `?` where values stood: it names nobody who is looked for. */
  readonly sql: string
  readonly scannedBytes: number
}

/** What is looked for: of what is chosen, what meets a condition. */
export interface Sought extends Chosen {
  /** In Trino's SQL, over the columns of `events`, with its values; whoever asks has to decide. */
  readonly could?: Statement | undefined
}

/** Finds which of these objects may hold what is chosen, without reading them here.
 * @param mayBeIndexed whether documents as an index has them will do */
export type Locate = (
  objects: readonly ArchiveObject[],
  sought: Sought,
  mayBeIndexed: boolean,
) => Promise<Located>

/** What was searched, here and elsewhere. */
export function withElsewhere<T extends Located['elsewhere']>(read: T, { elsewhere }: Located): T {
  return {
    ...read,
    objects: read.objects + elsewhere.objects,
    bytes: read.bytes + elsewhere.bytes,
    records: read.records + elsewhere.records,
    undecodable: read.undecodable + elsewhere.undecodable,
    events: read.events + elsewhere.events,
  }
}
