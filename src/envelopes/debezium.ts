import type { JsonObject } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { valueAt } from '../event/json-path.js'
import { integerText } from '../event/sequence.js'
import type { Envelope } from './envelope.js'

const operations: ReadonlyMap<string, string> = new Map([
  ['c', 'create'],
  ['u', 'update'],
  ['d', 'delete'],
  ['r', 'read'],
  ['t', 'truncate'],
  ['m', 'message'],
])

/**
 * A change that Debezium read from a database's log: itself the document, with the row `before` and
 * `after`. Its type is the table and what was done: `public.orders.update`; `read` is a row of a
 * snapshot. `time` is the database's, `ts_ms` when the connector came to it. Which columns are the
 * primary key only the key of the message around it says, so there is no key here.
 */
export const debezium: Envelope = {
  name: 'debezium',
  title: 'change event of Debezium',
  when: [
    { path: ['ts_ms'], is: 'scalar' },
    { path: ['op'], is: 'scalar' },
    { path: ['source', 'connector'], is: 'scalar' },
    { path: ['source', 'ts_ms'], is: 'scalar' },
  ],
  fields: {
    source: [['source', 'name']],
    type: [changeType],
    time: [
      ['source', 'ts_us'],
      ['source', 'ts_ms'],
    ],
    sequence: [logPosition],
  },
  stamps: { ts_ms: ['ts_ms'] },
  wrap: ({ document, source, timeUs }) => ({
    after: document,
    source: {
      connector: 'postgresql',
      name: 'shop',
      ts_ms: Math.floor(timeUs / 1e3),
      schema: 'public',
      table: source,
    },
    op: 'c',
    ts_ms: Math.floor(timeUs / 1e3),
  }),
}

function changeType(document: JsonObject): string {
  const op = scalarText(document['op'] ?? null) ?? ''
  const space = sourceText(document, 'schema') ?? sourceText(document, 'db')
  const table = sourceText(document, 'table') ?? sourceText(document, 'collection')
  const names = table === undefined ? [] : [space, table]
  return [...names, operations.get(op) ?? op].filter((name) => name !== undefined).join('.')
}

/** A number that grows with the database's log, at least for the changes of one row. */
function logPosition(document: JsonObject): string | undefined {
  const at = (name: string) => sourceText(document, name)
  switch (at('connector')) {
    case 'postgresql':
      return integerText(at('lsn')) ?? undefined
    case 'mysql':
    case 'mariadb':
      return binlogPosition(at('file'), at('pos'))
    case 'oracle':
      return integerText(at('scn')) ?? undefined
    case 'sqlserver':
      return serverPosition(at('commit_lsn'), at('change_lsn'))
    default:
      return undefined
  }
}

/** The number of the file and the place in it: `mysql-bin.000003`, 154. */
export function binlogPosition(file = '', place = ''): string | undefined {
  const number = /\.(\d{1,20})$/.exec(file)?.[1]
  if (number === undefined || !/^\d{1,20}$/.test(place)) return undefined
  return integerText(number + place.padStart(20, '0')) ?? undefined
}

/** A position in the log of SQL Server is `00000027:00000ac0:0002`, hexadecimal. */
function serverPosition(commit = '', change = ''): string | undefined {
  const form = /^[\da-f]{8}:[\da-f]{8}:[\da-f]{4}$/i
  if (!form.test(commit) || !form.test(change)) return undefined
  return BigInt(`0x${(commit + change).replaceAll(':', '')}`).toString()
}

function sourceText(document: JsonObject, name: string): string | undefined {
  const text = scalarText(valueAt(document, ['source', name]) ?? null)
  return text === null || text === '' ? undefined : text
}
