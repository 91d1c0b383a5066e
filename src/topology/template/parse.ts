import { type CollectionTag, parseDocument, type ScalarTag, YAMLMap, YAMLSeq } from 'yaml'
import { EvtError } from '../../errors.js'
import type { JsonObject, JsonValue } from '../../event/event.js'

export interface Template {
  /** As it is shown: the path that was given. */
  readonly file: string
  /** What is written, with intrinsics in their long form. */
  readonly body: JsonObject
  /** Tags that are no function of CloudFormation; what stands behind them is taken as it is. */
  readonly strangeTags: readonly string[]
  /** Lines of keys that a mapping has before already: the last one counts, as for SAM. */
  readonly repeated: readonly number[]
}

const MOST_ALIASES = 1_000

/** Functions whose short form is `!Name`; Ref and Condition have no `Fn::` before them. */
const functions = [
  ...['Ref', 'Condition', 'GetAtt', 'Sub', 'Join', 'Select', 'Split', 'If', 'Equals', 'And'],
  ...['Or', 'Not', 'FindInMap', 'ImportValue', 'Base64', 'GetAZs', 'Cidr', 'Transform'],
  ...['ToJsonString', 'Length', 'Contains', 'ForEach', 'EachMemberIn', 'EachMemberEquals'],
  ...['RefAll', 'ValueOf', 'ValueOfAll', 'Rain::Embed', 'Rain::Include', 'Rain::S3'],
]
const longNames = new Map(
  functions.map((name) => [name, /^(Ref|Condition)$/.test(name) ? name : `Fn::${name}`]),
)

/**
 * Reads a template of CloudFormation, in JSON or YAML.
 *
 * @throws EvtError `usage` for what is none
 */
export function parseTemplate(text: string, file: string): Template {
  const strangeTags: string[] = []
  const repeated: number[] = []
  const value = jsonOf(text) ?? yamlOf(text, file, { strangeTags, repeated })
  const no = (why: string) => {
    const hint = 'a template is a mapping with Resources, in JSON or YAML'
    return new EvtError(`${file} is no template of CloudFormation: ${why}`, { code: 'usage', hint })
  }
  if (!isMapping(value)) throw no('it is no mapping of keys')
  if (!('Resources' in value)) throw no('it has no Resources')
  if (!isMapping(value['Resources'])) throw no('its Resources are no mapping of keys')
  return { file, body: value, strangeTags, repeated }
}

export function isMapping(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What stands in a mapping under a key, whatever objects have of themselves. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** A section of a template, or of a part of one. */
export function section(body: JsonObject, name: string): JsonObject {
  const value = own(body, name)
  return isMapping(value) ? value : {}
}

/** Undefined for what is no JSON: it may be YAML. */
function jsonOf(text: string): JsonValue | undefined {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}

interface Noted {
  readonly strangeTags: string[]
  readonly repeated: number[]
}

function yamlOf(text: string, file: string, { strangeTags, repeated }: Noted): JsonValue {
  const no = (why: string, cause?: unknown) =>
    new EvtError(`${file} is no template of CloudFormation: ${why}`, { code: 'usage', cause })
  try {
    const document = parseDocument(text, { customTags: tags, logLevel: 'error' })
    for (const { code, message, linePos } of document.errors) {
      if (code !== 'DUPLICATE_KEY') throw no(whyNot(message))
      repeated.push(linePos?.[0].line ?? 0)
    }
    for (const { code, message } of document.warnings) {
      const tag = /Unresolved tag: (\S+)/.exec(message)?.[1]
      if (code === 'TAG_RESOLVE_FAILED' && tag !== undefined) strangeTags.push(tag)
    }
    return (document.toJS({ maxAliasCount: MOST_ALIASES }) ?? null) as JsonValue
  } catch (cause) {
    if (cause instanceof RangeError) throw no('it is nested too deep', cause)
    if (cause instanceof ReferenceError) throw no(cause.message, cause)
    throw cause
  }
}

function whyNot(message: string): string {
  if (/call stack/.test(message)) return 'it is nested too deep'
  return message.split('\n')[0]?.replace(/:$/, '') ?? ''
}

/** One tag for each kind of node that may follow it. */
const tags = functions.flatMap((name): (CollectionTag | ScalarTag)[] => {
  const long = longNames.get(name) ?? name
  const tag = `!${name}`
  const wrapped = (inner: YAMLMap | YAMLSeq) => {
    const map = new YAMLMap()
    map.set(long, inner)
    return map
  }
  return [
    // The value of a scalar is taken as it is: it is no node of YAML.
    { tag, resolve: (text: string) => ({ [long]: long === 'Fn::GetAtt' ? parts(text) : text }) },
    { tag, collection: 'seq', resolve: (node) => (node instanceof YAMLSeq ? wrapped(node) : node) },
    { tag, collection: 'map', resolve: (node) => (node instanceof YAMLMap ? wrapped(node) : node) },
  ]
})

/** `Orders.Arn`; what comes after the first dot is the attribute. */
function parts(text: string): string[] {
  const [name = '', attribute] = text.split(/\.(.*)/s)
  return attribute === undefined ? [name] : [name, attribute]
}
