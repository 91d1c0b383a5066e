import type { JsonObject } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { valueAt } from '../event/json-path.js'
import { timeText } from '../event/time.js'
import { binlogPosition } from './debezium.js'
import type { Envelope } from './envelope.js'

/**
 * A change that AWS DMS sent to Kinesis or Kafka: itself the document, with the row in `data` and,
 * where the task asks for it, what it was in `before-image`. Its type is the table and what was
 * done: `public.orders.insert`; `load` is a row of a full load; control records have types such as
 * `public.orders.create-table`.
 */
export const dms: Envelope = {
  name: 'dms',
  title: 'change event of AWS DMS',
  when: [
    { path: ['metadata', 'record-type'], is: 'scalar' },
    { path: ['metadata', 'operation'], is: 'scalar' },
    { path: ['metadata', 'timestamp'], is: 'scalar' },
  ],
  fields: {
    type: [changeType],
    time: [
      ['metadata', 'commit-timestamp'],
      ['metadata', 'timestamp'],
    ],
    key: [rowKey],
    sequence: [logPosition],
  },
  stamps: {
    timestamp: ['metadata', 'timestamp'],
    'commit-timestamp': ['metadata', 'commit-timestamp'],
  },
  wrap: ({ document, source, timeUs }) => ({
    data: document,
    metadata: {
      timestamp: timeText(timeUs),
      'record-type': 'data',
      operation: 'insert',
      'partition-key-type': 'schema-table',
      'schema-name': 'public',
      'table-name': source,
    },
  }),
}

function changeType(document: JsonObject): string {
  const names = ['schema-name', 'table-name', 'operation']
  return names.flatMap((name) => metadataText(document, name) ?? []).join('.')
}

function rowKey(document: JsonObject): string | undefined {
  return isKeyedByRow(document) ? metadataText(document, 'partition-key-value') : undefined
}

/** Of PostgreSQL (`00000002/7C007178.3.…`) the place in the log, of MySQL
 * (`mysql-bin.000012:154:…`) file and place. Transactions are interleaved in a log: it is claimed
 * only where a key is one row, whose changes cannot be. */
function logPosition(document: JsonObject): string | undefined {
  const position = isKeyedByRow(document) ? metadataText(document, 'stream-position') : undefined
  if (position === undefined) return undefined
  const [, high, low] = /^([\dA-F]{1,8})\/([\dA-F]{1,8})(?:\.|$)/i.exec(position) ?? []
  if (high !== undefined && low !== undefined) {
    return BigInt(`0x${high}${low.padStart(8, '0')}`).toString()
  }
  const [file, place] = position.split(':', 2)
  return binlogPosition(file, place)
}

function isKeyedByRow(document: JsonObject): boolean {
  return metadataText(document, 'partition-key-type') === 'primary-key'
}

function metadataText(document: JsonObject, name: string): string | undefined {
  const text = scalarText(valueAt(document, ['metadata', name]) ?? null)
  return text === null || text === '' ? undefined : text
}
