import { EvtError } from '../errors.js'
import type { JsonValue } from './event.js'

/** The way to one value of a document: a text is a key of an object, a number an index of an array.
 * The empty path is the document itself. */
export type JsonPath = readonly (string | number)[]

const step = /\.([^.[\]\s'"*?]+)|\[(\d+)\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/sy
const plainName = /^[A-Za-z_][\w-]*$/

/**
 * Reads the JSONPath that EventBridge uses: `$`, `$.a.b[0]`, `$.detail-type`, `$['x.y']`, `$["x"]`.
 * In quotes a backslash takes the next character as it is. No wildcards, filters or `..`.
 *
 * @throws EvtError `usage` that names the offending place
 */
export function parsePath(text: string): JsonPath {
  if (!text.startsWith('$')) throw badPath(text, 'a path starts with $')
  const path: (string | number)[] = []
  let at = 1
  while (at < text.length) {
    step.lastIndex = at
    const match = step.exec(text)
    if (!match) throw badPath(text, `${JSON.stringify(text.slice(at, at + 12))} cannot follow`, at)
    const [all, name, index, single, double] = match
    path.push(index === undefined ? (name ?? unescaped(single ?? double ?? '')) : Number(index))
    at += all.length
  }
  return path
}

/** The shortest text that {@link parsePath} reads as this path. */
export function pathText(path: JsonPath): string {
  return `$${path.map(stepText).join('')}`
}

/** Reads one value out of a document; undefined where there is none. */
export type Accessor = (document: JsonValue) => JsonValue | undefined

/** The value at a path, or undefined. Only own properties are data: `$.__proto__` and
 * `$.constructor` yield something only where the document itself has such a key. */
export function valueAt(document: JsonValue, path: JsonPath): JsonValue | undefined {
  let value: JsonValue | undefined = document
  for (const part of path) {
    if (value === undefined) return undefined
    value = child(value, part, part in Object.prototype)
  }
  return value
}

/** {@link valueAt} for a path that is read again and again. */
export function compilePath(path: JsonPath): Accessor {
  const steps = path.map((part) => ({ part, inherited: part in Object.prototype }))
  const [first, second] = steps
  if (!first) return (document) => document
  const { part, inherited } = first
  if (!second) return (document) => child(document, part, inherited)
  return (document) => {
    let value: JsonValue | undefined = document
    for (let at = 0; at < steps.length && value !== undefined; at++) {
      const step = steps[at]
      value = step && child(value, step.part, step.inherited)
    }
    return value
  }
}

/** `inherited`: every object has such a property, so it takes a look whether it is the data's. */
function child(value: JsonValue, part: string | number, inherited: boolean): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return typeof part === 'number' ? value[part] : undefined
  if (typeof part === 'number') return undefined
  return inherited && !Object.hasOwn(value, part) ? undefined : value[part]
}

function stepText(part: string | number): string {
  if (typeof part === 'number') return `[${part}]`
  return plainName.test(part) ? `.${part}` : `['${part.replace(/['\\]/g, '\\$&')}']`
}

function unescaped(quoted: string): string {
  return quoted.replace(/\\(.)/gs, '$1')
}

function badPath(text: string, reason: string, at = 0): EvtError {
  const place = at === 0 ? '' : ` at character ${at + 1}`
  return new EvtError(`${JSON.stringify(text)} is no path: ${reason}${place}`, {
    code: 'usage',
    hint: 'paths look like $.detail.orderId, $.items[0].id or $["detail-type"]',
  })
}
