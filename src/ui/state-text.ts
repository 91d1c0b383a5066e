import type { AuditResult } from '../audit/result.js'
import type { JsonValue } from '../event/event.js'
import { jsonText } from '../event/json.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Column, tableLines } from './table.js'

/** The state as indented JSON, as lines; none where it was not asked for. */
export function stateLines({ state }: Pick<AuditResult, 'state'>): string[] {
  if (state === undefined) return []
  return ['state:', ...indented(state).split('\n').map(safeText)]
}

const columns: readonly Column[] = [
  { title: 'changed', align: 'left', shrinkTo: 24 },
  { title: 'before', align: 'left', shrinkTo: 24 },
  { title: 'after', align: 'left', shrinkTo: 24 },
]

/** What changed between two moments, as lines; none where it was not asked for. */
export function diffLines(
  { between, diff }: Pick<AuditResult, 'between' | 'diff'>,
  style: TextStyle,
): string[] {
  if (between === undefined || diff === undefined) return []
  const when = `from ${between.from} to ${between.to}`
  if (diff.length === 0) return [`nothing changed ${when}`]
  const value = (of: JsonValue | undefined) => (of === undefined ? '' : safeText(jsonText(of)))
  const rows = diff.map(({ path, before, after }) => [
    { text: safeText(path) },
    { text: value(before) },
    { text: value(after) },
  ])
  return [`${when}:`, ...tableLines(columns, rows, style)]
}

function indented(value: JsonValue): string {
  try {
    return JSON.stringify(value, null, 2)
  } catch (error) {
    // Too deep for what calls itself, and to be indented.
    if (!(error instanceof RangeError)) throw error
    return jsonText(value)
  }
}
