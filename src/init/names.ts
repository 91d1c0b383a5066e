import type { Column } from './survey.js'

/** A name as it is compared: `Correlation-ID`, `correlation_id` and `correlationId` are one. */
function plain(name: string | number): string {
  return String(name)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
}

export function lastName(column: Column): string {
  return plain(column.steps.at(-1) ?? '')
}

/** Where a field is that says something about the event, not about what happened. */
const outer: readonly string[] = [
  ...['metadata', 'meta', 'header', 'headers', 'envelope', 'context', 'attributes', 'event'],
  ...['message', 'info', 'extensions', 'tracing', 'detail', 'data'],
]

/** Whether nothing but the likes of `metadata` is above it. */
export function isOuter({ steps }: Column): boolean {
  return steps.slice(0, -1).every((step) => outer.includes(plain(step)))
}

export const names = {
  id: [
    ...['id', 'eventid', 'eventuuid', 'messageid', 'uuid', 'guid', 'recordid', 'deduplicationid'],
    ...['msgid', 'messageuuid', 'eventguid'],
  ],
  type: [
    ...['type', 'eventtype', 'detailtype', 'eventname', 'messagetype', 'event', 'kind'],
    ...['eventkind', 'msgtype'],
  ],
  source: [
    ...['source', 'eventsource', 'producer', 'publisher', 'origin', 'service', 'servicename'],
    ...['svc', 'sender', 'system', 'application', 'app'],
  ],
  time: [
    ...['occurredat', 'eventtime', 'time', 'timestamp', 'eventtimestamp', 'happenedat'],
    ...['publishedat', 'producedat', 'emittedat', 'sentat', 'createdat', 'occurredon', 'ts'],
    ...['occurred', 'occurrencetime', 'createdon', 'created', 'timestampms', 'at', 'updatedat'],
    ...['happened', 'happenedon', 'eventdate', 'datetime', 'raisedat', 'issuedat'],
  ],
  receivedAt: [
    ...['receivedat', 'receivedtime', 'receivetime', 'received', 'arrivedat', 'arrivaltime'],
    ...['ingestedat', 'ingestiontime', 'ingesttime', 'recordedat', 'recordedtime', 'deliveredat'],
    ...['approximatearrivaltimestamp', 'logappendtime', 'storedat', 'receivedtimestamp'],
    ...['arrived', 'enqueuedat', 'landedat'],
  ],
  key: ['key', 'partitionkey', 'orderingkey', 'aggregateid', 'entityid', 'groupid', 'streamid'],
  sequence: [
    ...['sequence', 'sequencenumber', 'sequenceno', 'seq', 'seqno', 'seqnr', 'eventnumber'],
    ...['version', 'aggregateversion', 'entityversion', 'streamversion', 'revision', 'rev'],
    ...['counter', 'eventversion', 'streamposition', 'position', 'number', 'generation'],
  ],
  correlationId: ['correlationid', 'xcorrelationid', 'corrid', 'correlation', 'conversationid'],
  causationId: ['causationid', 'causeid', 'causedby', 'cause', 'parenteventid', 'triggeredby'],
  traceId: ['traceid', 'traceparent', 'xraytraceid', 'xamzntraceid', 'awstraceheader'],
  version: ['schemaversion', 'eventversion', 'dataversion', 'payloadversion', 'version'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** Place of a column's name among these, 0 the best; -1 for none of them. */
export function rankIn(list: readonly string[], column: Column): number {
  return list.indexOf(lastName(column))
}

/** What has an id and is no business thing. */
const noKinds: readonly string[] = [
  ...[
    'event',
    'message',
    'msg',
    'record',
    'correlation',
    'causation',
    'cause',
    'trace',
    'span',
    'request',
  ],
  ...['session', 'parent', 'conversation', 'deduplication', 'x', 'transaction', 'connection'],
  ...[
    'client',
    'device',
    'process',
    'thread',
    'instance',
    'batch',
    'log',
    'partition',
    'aggregate',
  ],
  ...['parentevent', 'xcorrelation', 'xray', 'amzn', 'stream', 'group', 'account'],
]

/** The kind of thing whose id stands in this column: `order` for `orderId`, `order_id` and
 * `order.id`; undefined where its name does not say so. */
export function kindOf({ steps }: Column): string | undefined {
  const [above, last] = [steps.at(-2), steps.at(-1)]
  if (typeof last !== 'string') return undefined
  const own = /^([A-Za-z][A-Za-z0-9_-]*?)(?:Id|ID|_id|-id|Uuid|UUID|_uuid)$/.exec(last)?.[1]
  const isId = /^(?:id|uuid)$/i.test(last) && typeof above === 'string'
  const kind = camelCase(own ?? (isId ? above : ''))
  const isNone = kind === '' || outer.includes(plain(kind)) || noKinds.includes(plain(kind))
  return isNone ? undefined : kind
}

function camelCase(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) return ''
  const words = name.replace(/[_-]+([A-Za-z0-9])?/g, (_, first = '') => String(first).toUpperCase())
  return words.charAt(0).toLowerCase() + words.slice(1)
}
