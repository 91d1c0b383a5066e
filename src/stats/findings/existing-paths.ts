import { distance } from 'fastest-levenshtein'
import type { JsonObject, JsonValue } from '../../event/event.js'
import { type JsonPath, pathText } from '../../event/json-path.js'
import { shareText } from './phrases.js'

const MAX_DEPTH = 8
const MAX_PATHS = 1_000
const MAX_SHOWN = 4

/** The paths of scalars in these documents that are most like the wanted one, with the share of the
 * documents that have them: `$.detail.meta.id (100%)`. */
export function existingPaths(documents: readonly JsonObject[], wanted: JsonPath): string[] {
  const counts = new Map<string, { path: JsonPath; count: number }>()
  for (const document of documents) {
    for (const path of scalarPaths(document)) {
      const text = pathText(path)
      const known = counts.get(text)
      if (known) known.count += 1
      else if (counts.size < MAX_PATHS) counts.set(text, { path, count: 1 })
    }
  }
  return [...counts]
    .map(([text, { path, count }]) => ({ text, count, unlike: unlikeness(path, wanted) }))
    .sort((a, b) => a.unlike - b.unlike || b.count - a.count || (a.text < b.text ? -1 : 1))
    .slice(0, MAX_SHOWN)
    .map(({ text, count }) => `${text} (${shareText(count / documents.length)})`)
}

/** Paths that end in the same name come first, then those that are spelled alike. */
function unlikeness(path: JsonPath, wanted: JsonPath): number {
  const [last, wantedLast] = [path, wanted].map((each) => String(each.at(-1) ?? '').toLowerCase())
  const names = distance(last ?? '', wantedLast ?? '') / Math.max(1, wantedLast?.length ?? 1)
  const whole = distance(pathText(path), pathText(wanted)) / pathText(wanted).length
  return Math.min(1, names) * 2 + whole
}

function scalarPaths(document: JsonObject): JsonPath[] {
  const found: JsonPath[] = []
  const todo: { value: JsonValue; path: JsonPath }[] = [{ value: document, path: [] }]
  for (let next = todo.pop(); next && found.length < MAX_PATHS; next = todo.pop()) {
    const { value, path } = next
    if (value === null) continue
    if (typeof value !== 'object') found.push(path)
    else if (path.length < MAX_DEPTH) {
      // Of arrays the first entry stands for all.
      const entries: [string | number, JsonValue][] = Array.isArray(value)
        ? value.slice(0, 1).map((entry, n) => [n, entry])
        : Object.entries(value)
      for (const [step, member] of entries) todo.push({ value: member, path: [...path, step] })
    }
  }
  return found
}
