import type { ResultColumn, ResultValue } from '../engines/engine.js'
import { timeText } from '../event/time.js'
import { type AskOptions, askArchive } from '../questions/asked-archive.js'
import { querySql } from '../questions/query.js'
import type { AuditDelivery } from './delivery.js'

/** An event in the chains of an entity that is not about it, as its delivery says that stands
 * first in the archive. */
interface RelatedEvent {
  id: string | null
  type: string
  source: string
  time: string | null
  receivedAt: string | null
  deliveries: number
  entities: string[]
  correlationId: string | null
  causationId: string | null
}

export interface Related {
  /** What the entity's own events and those listed here are about beside it. */
  entities: string[]
  /** Events that share a correlation with the entity's, or are causes or effects of them. */
  events: RelatedEvent[]
  /** How many more there are than are listed. */
  leftOut: { entities: number; events: number }
}

const MOST = 1000
const DEPTH = 16

/**
 * What is in the same chains as an entity's events, of whatever type. Reads the archive anew: the
 * chains are known only when the entity's events are.
 */
export async function relatedTo(
  entity: string,
  own: readonly AuditDelivery[],
  options: AskOptions,
): Promise<Related> {
  const values = { entity, depth: DEPTH, most: MOST }
  const statement = { sql: await querySql('audit/related'), values }
  return askArchive(statement, options, async ({ rows }) => {
    const events: RelatedEvent[] = []
    let total = 0
    const read = readerOf(rows.columns)
    for await (const chunk of rows.chunks) {
      for (const row of chunk) {
        total = Number(read(row, 'total'))
        events.push(eventOf((name) => read(row, name)))
      }
    }
    const about = new Set([...own, ...events].flatMap(({ entities }) => entities))
    about.delete(entity)
    const entities = [...about].sort()
    return {
      entities: entities.slice(0, MOST),
      events,
      leftOut: {
        entities: Math.max(0, entities.length - MOST),
        events: total - events.length,
      },
    }
  })
}

function readerOf(columns: readonly ResultColumn[]) {
  const at = new Map(columns.map(({ name }, n) => [name, n]))
  return (row: readonly ResultValue[], name: string) => row[at.get(name) ?? -1] ?? null
}

function eventOf(value: (name: string) => ResultValue): RelatedEvent {
  const text = (name: string) => (value(name) === null ? null : String(value(name)))
  const time = (name: string) => (value(name) === null ? null : timeText(Number(value(name))))
  const entities = value('entities')
  return {
    id: text('id'),
    type: text('type') ?? '',
    source: text('source') ?? '',
    time: time('event_time_us'),
    receivedAt: time('received_at_us'),
    deliveries: Number(value('deliveries')),
    entities: Array.isArray(entities) ? entities.map(String) : [],
    correlationId: text('correlation_id'),
    causationId: text('causation_id'),
  }
}
