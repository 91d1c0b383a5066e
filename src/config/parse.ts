import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type * as z from 'zod'
import { EvtError } from '../errors.js'
import { suggest } from '../event/suggest.js'
import type { Config } from './config.js'
import { configSchema, keysAt } from './schema.js'

type Issue = z.core.$ZodIssue
type Place = readonly PropertyKey[]

interface Fault {
  /** The key that the fault is at, with the keys above it. */
  place: Place
  message: string
  hint?: string | undefined
}

/**
 * Reads the text of an evt.yaml.
 *
 * @param file its name in messages
 * @throws EvtError `usage`, `evt.yaml:5: …`, for the first fault in it
 */
export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [error] = document.errors
  if (error) throw fault(file, lines.linePos(error.pos[0]).line, { place: [], ...said(error) })
  const value: unknown = document.toJS() ?? {}
  const result = configSchema.safeParse(value)
  if (result.success) return { file, ...result.data }
  const first = faultOf(result.error.issues[0])
  throw fault(file, lines.linePos(offsetOf(document.contents, first.place)).line, first)
}

function fault(file: string, line: number, { message, hint }: Fault): EvtError {
  return new EvtError(`${file}:${line}: ${message}`, { code: 'usage', hint })
}

function said({ message }: Error): { message: string } {
  return { message: `is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}` }
}

function faultOf(issue: Issue | undefined): Fault {
  if (!issue) return { place: [], message: 'is not a configuration' }
  const { path: place } = issue
  if (issue.code === 'unrecognized_keys') return unknownKey(issue, place)
  // What is wrong with a key of a mapping is told by an issue of its own.
  const inner = issue.code === 'invalid_key' ? (issue.issues[0] ?? issue) : issue
  const name = place.findLast((part) => typeof part === 'string')
  const subject = name === undefined || issue.code === 'invalid_key' ? '' : `${String(name)}: `
  const hint = inner.code === 'custom' ? inner.params?.['hint'] : undefined
  return {
    place,
    message: `${subject}${messageOf(inner)}`,
    hint: typeof hint === 'string' ? hint : undefined,
  }
}

function unknownKey({ keys: [key = ''] }: z.core.$ZodIssueUnrecognizedKeys, at: Place): Fault {
  const known = keysAt(at)
  const near = suggest(key, known)
  const hint = near ? `did you mean ${near}?` : `the keys here are ${known.join(', ')}`
  return { place: [...at, key], message: `unknown key ${key}`, hint }
}

const yamlWords: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a mapping of keys',
  record: 'a mapping of keys',
  string: 'a text',
}

/** zod's words where they are ours, else words that fit YAML. */
function messageOf(issue: Issue): string {
  if (issue.code === 'too_small') return 'is empty'
  if (issue.code === 'invalid_value') return `is not one of ${issue.values.join(', ')}`
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid')) {
    return `expected ${yamlWords[issue.expected] ?? issue.expected}`
  }
  return issue.message
}

/** Where the last key of a place stands in the text, or the nearest one above it that is there. */
function offsetOf(root: unknown, place: Place): number {
  let node = root
  let offset = 0
  for (const part of place) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part)
      if (!pair || !isScalar(pair.key)) break
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part]
      if (isScalar(node)) offset = node.range?.[0] ?? offset
    }
  }
  return offset
}
