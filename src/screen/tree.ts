import type { EventRecord, JsonValue } from '../event/event.js'
import { allFields } from '../ui/event-fields.js'

const MOST_LINES = 5_000
const MOST_DEPTH = 60

/** An event as a tree, a line a value: its fields as JSON names them, the document last. */
export function treeLines(event: EventRecord): string[] {
  const lines: string[] = []
  for (const { name, read } of allFields) {
    const value = read(event)
    const isTold = value !== null && name !== 'document' && name !== 'payload'
    if (isTold && !isEmpty(value)) add(lines, name, value, 0)
  }
  add(lines, 'document', event.document, 0)
  if (lines.length > MOST_LINES) {
    lines.length = MOST_LINES
    lines.push('… there is more: evt tail -o ndjson shows all')
  }
  return lines
}

/** The line from which on the rest fits. */
export function lastFirst(all: number, fitting: number): number {
  return Math.max(0, all - fitting)
}

/** A value, and what is in it, further inside. */
function add(lines: string[], name: string, value: JsonValue, depth: number): void {
  if (lines.length > MOST_LINES) return
  const start = `${'  '.repeat(depth)}${name}`
  if (typeof value !== 'object' || value === null) {
    // Quotes tell a text from a number.
    lines.push(`${start}  ${JSON.stringify(value)}`)
    return
  }
  const entries = Array.isArray(value)
    ? value.map((entry, n): [string, JsonValue] => [`[${n}]`, entry])
    : Object.entries(value)
  if (entries.length === 0) lines.push(`${start}  ${Array.isArray(value) ? '[]' : '{}'}`)
  else if (depth === MOST_DEPTH) lines.push(`${start}  …`)
  else {
    lines.push(start)
    for (const [key, entry] of entries) add(lines, key, entry, depth + 1)
  }
}

function isEmpty(value: JsonValue): boolean {
  return Array.isArray(value) && value.length === 0
}
