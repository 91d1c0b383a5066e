import type { AuditResult } from '../audit/result.js'
import { jsonText } from '../event/json.js'
import { auditRows } from './audit-rows.js'
import { type AuditSection, auditSections } from './audit-sections.js'
import { positionText } from './findings-text.js'
import { nextLines } from './next-lines.js'
import { bytesText, countText, durationText } from './numbers.js'
import { paragraphs } from './paragraphs.js'
import { safeText } from './safe-text.js'
import { nameOf } from './stats-table.js'
import { sourcesText } from './stats-text.js'
import type { TextStyle } from './style.js'
import { type Cell, type Column, usedLines } from './table.js'
import { momentText } from './times.js'
import { shortened } from './width.js'
import { flowed, wrapped } from './wrapped.js'

/** A result, and commands that look closer at it, as words. */
export interface AuditView {
  readonly result: AuditResult
  readonly next: readonly (readonly string[])[]
}

const columns: readonly Column[] = [
  { title: '', align: 'right' },
  { title: 'time', align: 'left' },
  { title: 'latency', align: 'right', drop: 1 },
  { title: 'source/type', align: 'left', shrinkTo: 26 },
  { title: 'seq', align: 'right', shrinkTo: 10 },
  { title: 'version', align: 'left', shrinkTo: 8, luxury: 1 },
  { title: '', align: 'left' },
  { title: 'cause', align: 'left', shrinkTo: 8, luxury: 2 },
  { title: 'id', align: 'left', shrinkTo: 12, luxury: 3 },
  { title: 'where', align: 'left', shrinkTo: 24 },
]

const NAME = columns.findIndex(({ title }) => title === 'source/type')

/** The timeline for people, without a line end. Every text from an event is made safe. */
export function auditText({ result, next }: AuditView, style: TextStyle): string {
  const parts = [
    headline(result, style),
    usedLines(columns, eventRows(result, style.timeZone), style),
    ...auditSections(result, style.timeZone).map((section) => sectionLines(section, style)),
    nextLines(next, style),
  ]
  return paragraphs(parts, style)
}

/** A row for each event, and for what is missing before it. */
function eventRows(result: AuditResult, timeZone: string): Cell[][] {
  return auditRows(result).flatMap(({ event, at, latencyMs, marks, cause, missing }, n) => {
    const { sequence, version, id, position } = event
    const row = [
      { text: `${n + 1}` },
      { text: at === null ? '' : momentText(at, timeZone) },
      { text: latencyMs === null ? '' : durationText(latencyMs) },
      { text: nameOf(event) },
      { text: safeText(sequence ?? '') },
      { text: safeText(version ?? '') },
      { text: marks.join(', '), wrong: marks.length > 0 },
      { text: safeText(cause ?? '') },
      { text: safeText(id ?? '') },
      // Where nothing is mapped, nothing else tells events apart.
      { text: result.mentions === undefined ? '' : positionText(position) },
    ]
    if (missing === null) return [row]
    const gap = row.map((_, i) => (i === NAME ? { text: missing, wrong: true } : { text: '' }))
    return [gap, row]
  })
}

function headline(result: AuditResult, { width }: TextStyle): string[] {
  const { entity, mentions, events, searched, asOf, without = [], with: added = [] } = result
  const { types, filter } = result.selection
  const deliveries = events.reduce((sum, event) => sum + event.deliveries, 0)
  const many = (n: number, one: string) => `${countText(n)} ${one}${n === 1 ? '' : 's'}`
  const several = deliveries === 1 ? '1 delivery' : `${countText(deliveries)} deliveries`
  const read = `${many(searched.objects, 'object')}, ${bytesText(searched.bytes)} searched`
  const shown = [
    ...(entity === null ? [] : [safeText(entity)]),
    ...(mentions === undefined ? [] : [`mentions ${safeText(mentions)}`]),
    ...(result.partial ? ['partial !'] : []),
    ...(types.length === 0 ? [] : [`of type ${safeText(types.join(', '))}`]),
    ...(filter === null ? [] : [`matches ${shortened(safeText(jsonText(filter)), 60)}`]),
    ...(asOf === null ? [] : [`as of ${asOf}`]),
    ...(without.length === 0 ? [] : [`without ${without.map(safeText).join(', ')}`]),
    ...(added.length === 0 ? [] : [`with ${sourcesText(added, 40)}`]),
    many(events.length, 'event'),
    several,
    `${read} in ${sourcesText(searched.sources, 60)}`,
  ]
  return flowed(shown, { width, gap: '   ', indent: '  ' })
}

function sectionLines({ says, columns, rows, code, after }: AuditSection, style: TextStyle) {
  const { width } = style
  const more = rows.length > 0 || code !== undefined ? ':' : ''
  return [
    ...wrapped(says + more, width),
    ...usedLines(
      columns,
      rows.map((row) => row.map((text) => ({ text }))),
      style,
    ),
    ...(code === undefined ? [] : code.split('\n')),
    ...after.flatMap((line) => flowed(line.split('  '), { width, gap: '  ', indent: '  ' })),
  ]
}
