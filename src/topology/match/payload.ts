import type { JsonObject, JsonValue } from '../../event/event.js'
import { jsonText, parseJson } from '../../event/json.js'
import { parsePath, valueAt } from '../../event/json-path.js'
import type { TargetInput } from '../model.js'

/** What is given to a target. */
interface Payload {
  /** As it is sent. */
  readonly text: string
  /** What a target gets that is not told for certain, in words. */
  readonly notes: readonly string[]
}

/** What templates of a rule call themselves. */
interface RuleNames {
  readonly name: string
  /** Undefined before it is deployed. */
  readonly arn: string | undefined
}

/** What a target of a rule is given of an event. */
export function payloadOf(
  input: TargetInput | undefined,
  event: JsonValue,
  rule: RuleNames,
): Payload {
  switch (input?.kind) {
    case undefined:
      return { text: jsonText(event), notes: [] }
    case 'constant':
      return { text: input.text, notes: [] }
    case 'path':
      return ofPath(input.path, event)
    case 'template':
      return ofTemplate(input.paths, input.template, { event, rule })
  }
}

function ofPath(path: string, event: JsonValue): Payload {
  const value = read(path, event)
  if (value !== undefined) return { text: jsonText(value), notes: [] }
  return { text: '', notes: [`there is nothing at ${path}`] }
}

/** Undefined for what is not there, and for a path with wildcards, which is not read. */
function read(path: string, event: JsonValue): JsonValue | undefined {
  try {
    return valueAt(event, parsePath(path))
  } catch {
    return undefined
  }
}

interface Rendered {
  readonly event: JsonValue
  readonly rule: RuleNames
}

const placeholder = /<([\w.-]+)>/g

/**
 * What a template of EventBridge makes: a placeholder between quotes is put in as it is, as a part
 * of that text; elsewhere as JSON, so that a text gets its quotes.
 */
function ofTemplate(
  paths: Readonly<Record<string, string>>,
  template: string,
  { event, rule }: Rendered,
): Payload {
  const notes: string[] = []
  const values = new Map<string, JsonValue | undefined>(
    Object.entries(paths).map(([name, path]) => [name, read(path, event)]),
  )
  for (const [name, value] of predefined(event, rule)) values.set(name, value)
  const text = template.replace(placeholder, (written, name: string, at: number) => {
    const value = values.get(name)
    if (!values.has(name)) {
      // It is a text with angle brackets.
      return written
    }
    if (value === undefined) {
      const path = paths[name]
      const why = path === undefined ? 'it is not known here' : `there is nothing at ${path}`
      notes.push(`<${name}> is empty: ${why}`)
      return ''
    }
    const isQuoted = isInText(template, at)
    if (isQuoted && typeof value === 'object' && value !== null) {
      notes.push(`<${name}> is put into a text as JSON, without the quotes of its own`)
    }
    return isQuoted ? insideText(value) : jsonText(value)
  })
  return { text, notes: [...notes, ...broken(template, text)] }
}

function predefined(event: JsonValue, { name, arn }: RuleNames): [string, JsonValue | undefined][] {
  const { detail: _, ...outside } = event as JsonObject
  return [
    ['aws.events.rule-arn', arn],
    ['aws.events.rule-name', name],
    ['aws.events.event.ingestion-time', (event as JsonObject)['time']],
    ['aws.events.event', outside],
    ['aws.events.event.json', event],
  ]
}

function isInText(template: string, until: number): boolean {
  let isInside = false
  for (let at = 0; at < until; at++) {
    if (template[at] === '\\') at++
    else if (template[at] === '"') isInside = !isInside
  }
  return isInside
}

function insideText(value: JsonValue): string {
  if (typeof value === 'string') return jsonText(value).slice(1, -1)
  return jsonText(value).replaceAll('"', '')
}

function broken(template: string, text: string): string[] {
  if (!/^\s*[{["]/.test(template) || /\n/.test(template.trim())) return []
  try {
    parseJson(text)
    return []
  } catch {
    return ['what the template makes is no JSON: EventBridge does not deliver it']
  }
}
