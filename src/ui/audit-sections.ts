import type { Against, AuditResult } from '../audit/result.js'
import type { JsonValue } from '../event/event.js'
import { jsonText } from '../event/json.js'
import { countText } from './numbers.js'
import { safeText } from './safe-text.js'
import type { Column } from './table.js'
import { momentText } from './times.js'

/** What was asked for beside the timeline, in words that text, Markdown and pages share. Texts are
 * safe. */
export interface AuditSection {
  readonly id: 'related' | 'diff' | 'against' | 'state'
  readonly title: string
  /** A sentence, which what follows bears out; none where the title says all. */
  readonly says: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly string[])[]
  /** JSON, indented. */
  readonly code?: string
  /** Sentences below. */
  readonly after: readonly string[]
}

/** In the order in which they are shown: what says most of the entity last. */
export function auditSections(result: AuditResult, timeZone: string): AuditSection[] {
  return [
    ...relatedSection(result, timeZone),
    ...diffSection(result),
    ...againstSection(result, timeZone),
    ...stateSection(result),
  ]
}

const text = (title: string, shrinkTo: number): Column => ({ title, align: 'left', shrinkTo })

const relatedColumns: readonly Column[] = [
  { title: 'time', align: 'left' },
  text('type', 24),
  { ...text('source', 16), luxury: 1 },
  text('about', 24),
  text('id', 16),
]

function relatedSection({ related }: AuditResult, timeZone: string): AuditSection[] {
  if (related === undefined) return []
  const { events, entities, leftOut } = related
  const rows = events.map(({ id, type, source, time, receivedAt, entities: about }) => {
    const at = time ?? receivedAt
    const moment = at === null ? '' : momentText(at, timeZone)
    return [moment, ...[type, source, about.join(' '), id ?? ''].map(safeText)]
  })
  const total = events.length + leftOut.events
  const many = total === 1 ? '1 event is' : `${countText(total)} events are`
  const more = (n: number, one: string, several: string) =>
    n === 0 ? [] : [`${countText(n)} more ${n === 1 ? one : several}`]
  const others = [
    ...more(leftOut.events, 'event', 'events'),
    ...more(leftOut.entities, 'entity', 'entities'),
  ]
  return [
    {
      ...{ id: 'related', title: 'In the same chains', columns: relatedColumns, rows },
      says: total === 0 ? 'no other event is in the same chains' : `${many} in the same chains`,
      after: [
        ...(entities.length === 0 ? [] : [`entities:  ${entities.map(safeText).join('  ')}`]),
        ...(others.length === 0 ? [] : [`and ${others.join(' and ')}`]),
      ],
    },
  ]
}

const changed = (title: string, ...sides: readonly string[]) =>
  [title, ...sides].map((name) => text(name, 24))

function diffSection({ between, diff }: AuditResult): AuditSection[] {
  if (between === undefined || diff === undefined) return []
  const when = `from ${between.from} to ${between.to}`
  return [
    {
      ...{ id: 'diff', title: 'What changed', columns: changed('changed', 'before', 'after') },
      says: diff.length === 0 ? `nothing changed ${when}` : when,
      rows: diff.map(({ path, before, after }) => [
        safeText(path),
        valueText(before),
        valueText(after),
      ]),
      after: [],
    },
  ]
}

function againstSection({ against, entity }: AuditResult, timeZone: string): AuditSection[] {
  if (against === undefined) return []
  return [
    {
      ...{ id: 'against', title: 'The copy', columns: changed('differs', 'state', 'copy') },
      says: verdictText(against, entity ?? '', timeZone),
      rows: against.diff.map(({ path, state, copy }) => [
        safeText(path),
        valueText(state),
        valueText(copy),
      ]),
      after: [],
    },
  ]
}

function verdictText(
  { copy, verdict, stoppedAt, missed }: Against,
  entity: string,
  timeZone: string,
): string {
  const name = safeText(copy)
  switch (verdict) {
    case 'equal':
      return `equal: ${name} is the state`
    case 'missing':
      return `missing: ${name} has no ${safeText(entity)}`
    case 'different':
      return `different: ${name} is neither the state nor an earlier one`
    case 'behind': {
      const { id, type, time } = stoppedAt ?? { id: null, type: '', time: null }
      const at = time === null ? '' : ` of ${momentText(time, timeZone)}`
      const changes = missed === 1 ? '1 change' : `${countText(missed ?? 0)} changes`
      const event = safeText(id === null ? type : `${type} ${id}`)
      return `behind: ${name} is as after ${event}${at}, ${changes} ago`
    }
  }
}

function stateSection({ state }: AuditResult): AuditSection[] {
  if (state === undefined) return []
  const code = indentedJson(state).split('\n').map(safeText).join('\n')
  return [{ id: 'state', title: 'State', says: 'state', columns: [], rows: [], code, after: [] }]
}

function valueText(value: JsonValue | undefined): string {
  return value === undefined ? '' : safeText(jsonText(value))
}

/** JSON for people. */
export function indentedJson(value: JsonValue): string {
  try {
    return JSON.stringify(value, null, 2)
  } catch (error) {
    // Too deep for what calls itself, and to be indented.
    if (!(error instanceof RangeError)) throw error
    return jsonText(value)
  }
}
