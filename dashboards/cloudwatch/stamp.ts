import { createHash } from 'node:crypto'
import type { JsonValue } from '../../src/event/event.js'
import type { Body } from './page.js'

/* A published dashboard carries the hash of itself in its first text, so that a later run sees
 * whether somebody changed it by hand. */

const pattern = /\n\nevt:([0-9a-f]{16})$/

/** A body with the hash of what it is without it. */
export function stamped(body: Body): Body {
  const hash = hashOf(body as unknown as JsonValue)
  const isFirst = { done: false }
  return {
    ...body,
    widgets: body.widgets.map((widget) => {
      if (widget.type !== 'text' || isFirst.done) return widget
      isFirst.done = true
      const markdown = `${widget.properties['markdown']}\n\nevt:${hash}`
      return { ...widget, properties: { ...widget.properties, markdown } }
    }),
  }
}

/** What a published body says of itself. */
export interface Stamp {
  /** Without the hash. */
  readonly body: JsonValue
  /** `own`: as evt made it. `edited`: changed since. `foreign`: evt did not make it. */
  readonly state: 'own' | 'edited' | 'foreign'
}

export function stampOf(body: JsonValue): Stamp {
  const found: string[] = []
  const bare = withoutStamp(body, found)
  const [hash] = found
  if (hash === undefined) return { body, state: 'foreign' }
  return { body: bare, state: hash === hashOf(bare) ? 'own' : 'edited' }
}

function withoutStamp(value: JsonValue, found: string[]): JsonValue {
  if (typeof value === 'string') {
    const hash = pattern.exec(value)?.[1]
    if (hash !== undefined) found.push(hash)
    return value.replace(pattern, '')
  }
  if (Array.isArray(value)) return value.map((each) => withoutStamp(each, found))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, withoutStamp(inner, found)])
  return Object.fromEntries(entries)
}

function hashOf(value: JsonValue): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16)
}

/** The same text whatever the order of keys. */
function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const keys = Object.keys(value).sort()
  const members = keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`)
  return `{${members.join(',')}}`
}
