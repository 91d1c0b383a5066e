import type { ResultRows } from '../engines/engine.js'
import { dataKeys } from './data-keys.js'
import { eventReader, type FoundEvent } from './found-event.js'
import { type Hit, hitsIn } from './hits.js'
import type { Subject } from './subject.js'

/** An event of a subject, and why it is one. */
export interface Match {
  event: FoundEvent
  /** Where it holds values that were looked for. */
  hits: Hit[]
  /** Whether the mapping names the subject as one of its entities. */
  isAbout: boolean
}

/** Of the rows that may be the subject's those that are. */
export async function* matching(
  { columns, chunks }: ResultRows,
  subject: Subject,
): AsyncGenerator<Match> {
  const read = eventReader(columns)
  for await (const chunk of chunks) {
    for (const row of chunk) {
      const event = read(row)
      const hits = hitsOf(event, subject)
      const isAbout = event.entities.some((entity) => subject.entities.includes(entity))
      if (isAbout || hits.length > 0) yield { event, hits, isAbout }
    }
  }
}

/** In the document; in a payload that was unpacked from it where the document has none. */
function hitsOf({ document, payload, entities }: FoundEvent, subject: Subject): Hit[] {
  const isData = dataKeys(entities)
  const hits = hitsIn(document, subject, isData)
  if (hits.length > 0) return hits
  return hitsIn(payload, subject, isData).map((hit) => ({ ...hit, path: `payload ${hit.path}` }))
}
