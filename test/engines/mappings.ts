import { parsePath } from '../../src/event/json-path.js'
import { createMapping, type Mapping } from '../../src/event/mapping.js'
import type { EventRule } from '../../src/event/rule.js'

function rule(
  fields: Record<string, string>,
  more: Partial<Omit<EventRule, 'fields' | 'entities'>> & {
    entities?: Record<string, string>
  } = {},
): EventRule {
  const { entities = {}, ...words } = more
  const paths = Object.entries(fields).map(([name, path]) => [name, parsePath(path)])
  return {
    fields: Object.fromEntries(paths),
    entities: Object.entries(entities).map(([kind, path]) => ({ kind, path: parsePath(path) })),
    ...words,
  }
}

const typical = {
  id: '$.detail.metadata.id',
  time: '$.detail.metadata.occurredAt',
  receivedAt: '$.receivedAt',
  key: '$.detail.entityId',
  sequence: '$.detail.seq',
  causationId: '$.detail.metadata.causationId',
  version: '$.detail.version',
}
const entities = { order: '$.detail.orderId', item: '$.detail.items[0].sku' }

/** Mappings that read the same records in different ways. */
export const mappings: Readonly<Record<string, Mapping>> = {
  none: createMapping({}),
  typical: createMapping({ events: { '*': rule(typical, { entities }) } }),
  'by type': createMapping({
    events: {
      '*': rule({ time: '$.detail.metadata.occurredAt' }, { entities }),
      'order.*': rule({ key: '$.detail.orderId' }, { entities: { order: '$.orderId' } }),
      'order.placed': rule(
        { sequence: '$.detail.seq', id: '$.id', type: '$.detail.kind' },
        { entities: { customer: '$.detail.customer', order: '$.id' }, sequencePer: 'source+key' },
      ),
      'order.p*': rule(
        { source: '$.detail.shop', sequence: '$.sequence' },
        { sequenceType: 'text' },
      ),
    },
    maps: ['attempt=$.detail.attempt'],
  }),
  'text sequences': createMapping({
    events: {
      '*': rule({ key: '$.subject', sequence: '$.data.seq' }, { sequenceType: 'text' }),
      'order.*': rule({}, { sequenceType: 'integer', sequencePer: 'source+key' }),
    },
  }),
  'plain JSON': createMapping({
    maps: [
      'id=$.id',
      'source=$.source',
      'type=$.type',
      'time=$.time',
      'receivedAt=$.receivedAt',
      'key=$.key',
      'sequence=$.sequence',
      'sequencePer=source+key',
      'replay=$.replay',
      'entities.order=$.orderId',
    ],
  }),
  'odd paths': createMapping({
    maps: [
      'id=$.detail["a b~/c\\"d"]',
      'type=$.detail.kind',
      'key=$.detail.items[1].sku',
      "correlationId=$['__proto__']",
      'traceId=$.detail.items[0].sku',
      'replyTo=$',
    ],
  }),
}
