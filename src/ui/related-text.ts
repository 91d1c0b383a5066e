import type { AuditResult } from '../audit/result.js'
import { countText } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Column, usedLines } from './table.js'
import { momentText } from './times.js'
import { flowed } from './wrapped.js'

const columns: readonly Column[] = [
  { title: 'related', align: 'left' },
  { title: 'type', align: 'left', shrinkTo: 24 },
  { title: 'source', align: 'left', shrinkTo: 16, luxury: 1 },
  { title: 'about', align: 'left', shrinkTo: 24 },
  { title: 'id', align: 'left', shrinkTo: 16 },
]

/** What is in the same chains as the entity's events, as lines; none where it was not asked for. */
export function relatedLines(
  { related }: Pick<AuditResult, 'related'>,
  style: TextStyle,
): string[] {
  if (related === undefined) return []
  const { events, entities, leftOut } = related
  const rows = events.map(({ id, type, source, time, receivedAt, entities: about }) => {
    const at = time ?? receivedAt
    return [
      { text: at === null ? '' : momentText(at, style.timeZone) },
      { text: safeText(type) },
      { text: safeText(source) },
      { text: safeText(about.join(' ')) },
      { text: safeText(id ?? '') },
    ]
  })
  const more = (n: number, one: string, several: string) =>
    n === 0 ? [] : [`${countText(n)} more ${n === 1 ? one : several}`]
  const others = [
    ...more(leftOut.events, 'event', 'events'),
    ...more(leftOut.entities, 'entity', 'entities'),
  ]
  const named = entities.length === 0 ? [] : ['entities:', ...entities.map(safeText)]
  return [
    ...(rows.length === 0
      ? ['no other event is in the same chains']
      : usedLines(columns, rows, style)),
    ...flowed(named, { width: style.width, gap: '  ', indent: '  ' }),
    ...(others.length === 0 ? [] : [`and ${others.join(' and ')}`]),
  ]
}
