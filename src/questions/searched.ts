import type { CoveredObject, OpenIndex } from '../archive-index/open-index.js'
import { type Fault, isLoss } from '../archives/object.js'
import type { EventTables } from '../engines/events-table.js'
import type { EvtError } from '../errors.js'
import { compareText } from '../event/sequence.js'
import type { EventsTaker } from './events-taker.js'

/** What was read to answer a question. */
export interface Searched {
  objects: number
  bytes: number
  records: number
  undecodable: number
  /** Events before the selection, and in it. */
  events: number
  chosen: number
  objectFaults: readonly { path: string; fault: Fault }[]
  /** Why records lack what they refer to; undefined where none does. */
  unanswered: EvtError | undefined
}

/** Whether some of it could not be read. */
export function isCut({
  objectFaults,
  unanswered,
}: Pick<Searched, 'objectFaults' | 'unanswered'>): boolean {
  return unanswered !== undefined || objectFaults.some(({ fault }) => isLoss(fault))
}

type Unchosen = Omit<Searched, 'chosen' | 'unanswered'>

export function searchedBy(taker: EventsTaker, tables: EventTables): Unchosen {
  const { objects, bytes, records, events, objectFaults } = taker
  return { objects, bytes, records, events, undecodable: tables.undecodable, objectFaults }
}

/** What was searched, with what the index says of its objects. Objects are in their order. */
export function withIndexed(read: Unchosen, index: OpenIndex): Unchosen {
  const sum = (of: (covered: CoveredObject) => number) =>
    index.covered.reduce((total, covered) => total + of(covered), 0)
  const faults = index.covered.flatMap(({ object: { path }, indexed }) =>
    indexed.faults.map((fault) => ({ path, fault })),
  )
  return {
    ...read,
    objects: read.objects + index.covered.length,
    bytes: read.bytes + sum(({ indexed }) => indexed.sizeBytes),
    records: read.records + sum(({ indexed }) => indexed.records),
    undecodable: read.undecodable + sum(({ indexed }) => indexed.undecodable),
    events: read.events + sum(({ indexed }) => indexed.events),
    objectFaults: [...read.objectFaults, ...faults].sort((a, b) => compareText(a.path, b.path)),
  }
}
