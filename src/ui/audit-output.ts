import type { AuditEvent, AuditResult } from '../audit/result.js'
import { asciiText } from './ascii.js'
import { csvText } from './csv.js'
import { positionText } from './findings-text.js'
import { markdownText } from './markdown.js'
import { bytesText, countText, durationText } from './numbers.js'
import { relatedLines } from './related-text.js'
import { safeText } from './safe-text.js'
import { diffLines, stateLines } from './state-text.js'
import { jsonText } from './stats-json.js'
import { ended } from './stats-output.js'
import { sourcesText } from './stats-text.js'
import type { TextStyle } from './style.js'
import { type Column, usedLines } from './table.js'
import type { Tabular, TabularColumn, TabularValue } from './tabular.js'
import { momentText, parsedMs } from './times.js'
import { flowed } from './wrapped.js'

export type AuditFormat = 'text' | 'json' | 'ndjson' | 'csv' | 'markdown'

/** The result as it goes to stdout, its last line end included. */
export function renderAudit(result: AuditResult, format: AuditFormat, style: TextStyle): string {
  switch (format) {
    case 'text':
      return ended(auditText(result, style))
    case 'json':
      return ended(jsonText(result))
    case 'ndjson':
      return ended(result.events.map(jsonText).join('\n'))
    case 'csv':
      return ended(csvText(tabular(result)))
    case 'markdown':
      return ended(markdownText(tabular(result)))
  }
}

const columns: readonly Column[] = [
  { title: 'time', align: 'left' },
  { title: 'latency', align: 'right', drop: 1 },
  { title: 'type', align: 'left', shrinkTo: 24 },
  { title: 'source', align: 'left', shrinkTo: 16, luxury: 2 },
  { title: 'seq', align: 'right', shrinkTo: 10 },
  { title: 'version', align: 'left', shrinkTo: 8, luxury: 1 },
  { title: 'deliveries', align: 'right' },
  { title: '', align: 'left', shrinkTo: 20 },
  { title: 'id', align: 'left', shrinkTo: 16 },
  { title: 'where', align: 'left', shrinkTo: 24 },
]

/** The timeline for people, without a line end. Every text from an event is made safe. */
function auditText(result: AuditResult, style: TextStyle): string {
  const { events, gaps, mentions } = result
  const rows = events.map((event) => {
    const { time, receivedAt, deliveries, flags } = event
    const at = time ?? receivedAt
    return [
      { text: at === null ? '' : momentText(at, style.timeZone) },
      { text: latencyText(event) },
      { text: safeText(event.type) },
      { text: safeText(event.source) },
      { text: safeText(event.sequence ?? '') },
      { text: safeText(event.version ?? '') },
      { text: countText(deliveries), wrong: deliveries > 1 },
      { text: flags.map((flag) => flagWords[flag]).join(', '), wrong: flags.length > 0 },
      { text: safeText(event.id ?? '') },
      // Where nothing is mapped, nothing else tells events apart.
      { text: mentions === undefined ? '' : positionText(event.position) },
    ]
  })
  const missing = gaps.map(
    ({ after, before }) =>
      `the counter goes from ${after} to ${before}: what is between is missing`,
  )
  const parts = [
    headline(result, style),
    usedLines(columns, rows, style),
    missing,
    relatedLines(result, style),
    diffLines(result, style),
    stateLines(result),
  ]
  const text = parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
  return style.unicode ? text : asciiText(text)
}

const flagWords = {
  late: 'late',
  reordered: 'reordered',
  replay: 'replay',
  gapBefore: 'after a gap',
} as const

function headline(result: AuditResult, { width }: TextStyle): string[] {
  const { entity, mentions, events, searched, asOf, without = [], with: added = [] } = result
  const deliveries = events.reduce((sum, event) => sum + event.deliveries, 0)
  const many = (n: number, one: string) => `${countText(n)} ${one}${n === 1 ? '' : 's'}`
  const several = deliveries === 1 ? '1 delivery' : `${countText(deliveries)} deliveries`
  const read = `${many(searched.objects, 'object')}, ${bytesText(searched.bytes)} searched`
  const shown = [
    ...(entity === null ? [] : [safeText(entity)]),
    ...(mentions === undefined ? [] : [`mentions ${safeText(mentions)}`]),
    ...(result.partial ? ['partial !'] : []),
    ...(asOf === null ? [] : [`as of ${asOf}`]),
    ...(without.length === 0 ? [] : [`without ${without.map(safeText).join(', ')}`]),
    ...(added.length === 0 ? [] : [`with ${sourcesText(added, 40)}`]),
    many(events.length, 'event'),
    several,
    `${read} in ${sourcesText(searched.sources, 60)}`,
  ]
  return flowed(shown, { width, gap: '   ', indent: '  ' })
}

function latencyText({ time, receivedAt }: AuditEvent): string {
  const [from, to] = [parsedMs(time), parsedMs(receivedAt)]
  return from === null || to === null ? '' : durationText(to - from)
}

interface AuditColumn extends TabularColumn {
  readonly of: (event: AuditEvent) => TabularValue
}

const tableColumns: readonly AuditColumn[] = [
  { name: 'time', type: 'time', of: ({ time }) => time },
  { name: 'receivedAt', type: 'time', of: ({ receivedAt }) => receivedAt },
  { name: 'type', type: 'text', of: ({ type }) => type },
  { name: 'source', type: 'text', of: ({ source }) => source },
  { name: 'id', type: 'text', of: ({ id }) => id },
  { name: 'key', type: 'text', of: ({ key }) => key },
  { name: 'sequence', type: 'text', of: ({ sequence }) => sequence },
  { name: 'version', type: 'text', of: ({ version }) => version },
  { name: 'deliveries', type: 'integer', of: ({ deliveries }) => deliveries },
  { name: 'flags', type: 'text', of: ({ flags }) => flags.join(' ') },
  { name: 'correlationId', type: 'text', of: ({ correlationId }) => correlationId },
  { name: 'causationId', type: 'text', of: ({ causationId }) => causationId },
  { name: 'payload', type: 'text', of: ({ payload }) => jsonText(payload) },
]

function tabular({ events, schema, entity }: AuditResult): Tabular {
  return {
    columns: tableColumns,
    rows: events.map((event) => tableColumns.map(({ of }) => of(event))),
    metadata: { schema, entity: entity ?? '' },
  }
}
