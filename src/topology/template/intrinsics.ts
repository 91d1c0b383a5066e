import type { JsonObject, JsonValue } from '../../event/event.js'
import type { GapKind } from '../model.js'
import { isMapping, own, section } from './parse.js'
import { hasToken, token } from './tokens.js'

/** What `AWS::NoValue` is: the property is not there. */
export const NO_VALUE = Symbol('AWS::NoValue')
export type Resolved = JsonValue | typeof NO_VALUE

/** The template that a function stands in. */
interface Stack {
  readonly body: JsonObject
  readonly parameters: JsonObject
  readonly given: Readonly<Record<string, JsonValue>>
  readonly world: {
    imported(name: string): JsonValue | undefined
    outputOf(stack: Stack, logicalId: string, output: string): JsonValue | undefined
  }
  declares(logicalId: string): boolean
  condition(name: string): boolean | undefined
  evaluate(value: JsonValue | undefined, context: Context): Resolved
  gap(kind: GapKind, logicalId: string, explain: string): void
}

interface Context {
  readonly at: string
  readonly depth: number
}
type Intrinsic = (argument: JsonValue, stack: Stack, context: Context) => Resolved

/** CloudFormation's functions. What they cannot tell they give as a token. */
export const functions: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>([
  ['Ref', (argument, stack, context) => ref(String(argument), stack, context)],
  ['Condition', (argument, stack) => asTruth(stack.condition(String(argument)), String(argument))],
  ['Fn::GetAtt', attribute],
  ['Fn::Sub', substituted],
  ['Fn::Join', joined],
  ['Fn::Select', selected],
  ['Fn::Split', split],
  ['Fn::If', chosen],
  ['Fn::Equals', equal],
  ['Fn::And', (argument, stack, context) => all(argument, stack, context, true)],
  ['Fn::Or', (argument, stack, context) => all(argument, stack, context, false)],
  ['Fn::Not', negated],
  ['Fn::FindInMap', mapped],
  ['Fn::ImportValue', imported],
  ['Fn::Base64', (argument, stack, context) => stack.evaluate(argument, context)],
  ['Fn::GetAZs', () => token('AWS::AvailabilityZones')],
  ['Fn::Cidr', () => token('AWS::Cidr')],
  ['Fn::ToJsonString', (argument, stack, context) => jsonString(argument, stack, context)],
  ['Fn::Length', (argument, stack, context) => length(argument, stack, context)],
])

/** What SAM makes of a function: `!Ref Orders.Alias`. */
const ofSam = /\.(Alias|Version)$/

function ref(name: string, stack: Stack, context: Context): Resolved {
  if (name === 'AWS::NoValue') return NO_VALUE
  if (name.startsWith('AWS::')) return token(name)
  const given = own(stack.given, name)
  if (given !== undefined) return given
  const parameter = own(stack.parameters, name)
  if (parameter === undefined) {
    if (!stack.declares(name.replace(ofSam, ''))) {
      stack.gap('reference', context.at, `refers to ${name}, which is not in the template`)
    }
    return token(name)
  }
  const { Default: value, Type: type } = isMapping(parameter) ? parameter : {}
  // The default is the name in the store, not what stands there.
  const isStored = typeof type === 'string' && type.startsWith('AWS::SSM::')
  if (value === undefined || isStored) return token(name)
  const isList = typeof type === 'string' && /^CommaDelimitedList$|^List</.test(type)
  return isList ? String(value).split(/ *, */) : value
}

function attribute(argument: JsonValue, stack: Stack, context: Context): Resolved {
  const list = Array.isArray(argument) ? argument : String(argument).split(/\.(.*)/s)
  const [name = '', path = ''] = list.map((part) => String(stack.evaluate(part, context)))
  return attributeOf(name, path, stack, context)
}

function attributeOf(name: string, path: string, stack: Stack, context: Context): JsonValue {
  if (!stack.declares(name)) {
    stack.gap('reference', context.at, `refers to ${name}, which is not in the template`)
  }
  const output = /^Outputs\.(.*)$/s.exec(path)?.[1]
  if (output === undefined) return token(name, path)
  return stack.world.outputOf(stack, name, output) ?? token(name, path)
}

function substituted(argument: JsonValue, stack: Stack, context: Context): Resolved {
  const [text, given] = Array.isArray(argument) ? argument : [argument]
  const variables = isMapping(given) ? given : {}
  if (typeof text !== 'string') return token('Fn::Sub')
  return text.replace(/\$\{([^}]*)\}/g, (_, inner: string) => {
    const name = inner.trim()
    if (name.startsWith('!')) return `\${${name.slice(1)}}`
    if (Object.hasOwn(variables, name)) return textOf(stack.evaluate(variables[name], context))
    const [of = '', path] = name.split(/\.(.*)/s)
    if (path === undefined) return textOf(ref(of, stack, context))
    return textOf(attributeOf(of, path, stack, context))
  })
}

function textOf(value: Resolved): string {
  if (value === NO_VALUE || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function joined(argument: JsonValue, stack: Stack, context: Context): Resolved {
  const [separator, list] = Array.isArray(argument) ? argument : []
  const parts = stack.evaluate(list, context)
  if (!Array.isArray(parts)) return typeof parts === 'string' ? parts : token('Fn::Join')
  return parts.map(textOf).join(String(separator ?? ''))
}

function selected(argument: JsonValue, stack: Stack, context: Context): Resolved {
  const [index, from] = Array.isArray(argument) ? argument : []
  const list = stack.evaluate(from, context)
  const at = Number(stack.evaluate(index, context))
  // A part of what is not known, such as the name in an ARN, still says what it is a part of.
  if (!Array.isArray(list)) return typeof list === 'string' ? list : token('Fn::Select')
  return list[at] ?? token('Fn::Select')
}

function split(argument: JsonValue, stack: Stack, context: Context): Resolved {
  const [separator, from] = Array.isArray(argument) ? argument : []
  const text = stack.evaluate(from, context)
  if (typeof text !== 'string') return token('Fn::Split')
  // Tokens hide what they would be split into.
  if (hasToken(text)) return text
  return text.split(String(separator))
}

function chosen(argument: JsonValue, stack: Stack, context: Context): Resolved {
  const [name, then, otherwise] = Array.isArray(argument) ? argument : []
  const holds = stack.condition(String(name))
  if (holds === undefined) {
    const explain = `whether the condition ${String(name)} holds is not known: it is taken to hold`
    stack.gap('condition', context.at, explain)
  }
  return stack.evaluate(holds === false ? otherwise : then, context)
}

function equal(argument: JsonValue, stack: Stack, context: Context): Resolved {
  const [a, b] = (Array.isArray(argument) ? argument : []).map((each) =>
    textOf(stack.evaluate(each, context)),
  )
  if (a === undefined || b === undefined) return token('Fn::Equals')
  if (a === b) return true
  return hasToken(a) || hasToken(b) ? token('Fn::Equals') : false
}

/** `and` of all, else `or`. */
function all(argument: JsonValue, stack: Stack, context: Context, isAnd: boolean): Resolved {
  const parts = (Array.isArray(argument) ? argument : []).map((each) =>
    stack.evaluate(each, context),
  )
  if (parts.some((part) => part === !isAnd)) return !isAnd
  return parts.every((part) => part === isAnd) ? isAnd : token(isAnd ? 'Fn::And' : 'Fn::Or')
}

function negated(argument: JsonValue, stack: Stack, context: Context): Resolved {
  const inner = stack.evaluate(Array.isArray(argument) ? argument[0] : argument, context)
  return typeof inner === 'boolean' ? !inner : token('Fn::Not')
}

function asTruth(holds: boolean | undefined, name: string): JsonValue {
  return holds ?? token(name)
}

function mapped(argument: JsonValue, stack: Stack, context: Context): Resolved {
  const list = Array.isArray(argument) ? argument : []
  const keys = list.slice(0, 3).map((each) => textOf(stack.evaluate(each, context)))
  const [map = '', first = '', second = ''] = keys
  const found = own(section(section(section(stack.body, 'Mappings'), map), first), second)
  if (found !== undefined) return found
  const other = isMapping(list[3]) ? list[3]['DefaultValue'] : undefined
  if (other !== undefined) return stack.evaluate(other, context)
  stack.gap('value', context.at, `${map} has no value for ${first} and ${second} that is known`)
  return token('Fn::FindInMap')
}

function imported(argument: JsonValue, stack: Stack, context: Context): Resolved {
  const name = textOf(stack.evaluate(argument, context))
  const value = stack.world.imported(name)
  if (value !== undefined) return value
  stack.gap('import', context.at, `imports ${name}, which none of the templates exports`)
  return token(`import:${name.replaceAll(/[#{}.$]/g, '_')}`)
}

function jsonString(argument: JsonValue, stack: Stack, context: Context): Resolved {
  const value = stack.evaluate(argument, context)
  return value === NO_VALUE ? '' : JSON.stringify(value)
}

function length(argument: JsonValue, stack: Stack, context: Context): Resolved {
  const value = stack.evaluate(argument, context)
  return Array.isArray(value) ? value.length : token('Fn::Length')
}
