import type { JsonObject, JsonValue } from '../event/event.js'
import { ipBytes } from '../event/ip-address.js'
import { type FieldValues, fieldsInAll, isIntegerBeyond } from './pattern-fields.js'

/* What SNS says of filter policies ("Filter policy constraints"): at most five keys; the numbers of
 * values of all keys, multiplied, at most 150, where nested ones count by their depth too; numbers
 * within ±10^9, with five digits after the point. */
const MOST_KEYS = 5
const MOST_COMBINATIONS = 150
const MOST = 1e9

/**
 * The filter policy of SNS, for FilterPolicyScope MessageBody, that takes whatever an event pattern
 * takes, and as little else as SNS can say; undefined where that is everything. The pattern has to
 * be asked again of what arrives.
 *
 * A field is left out where SNS may refuse what the pattern takes: `anything-but` of SNS refuses a
 * list that holds the value among others, `exists: false` is not said of what is nested in nothing,
 * a range without an end holds numbers beyond 10^9, and `wildcard`, `exactly` and `prefix` or
 * `suffix` in any case are not known everywhere. `$or` is known, but how it counts among
 * combinations is not: of its alternatives only the fields that all of them have are taken.
 */
export function filterPolicy(pattern: JsonValue): string | undefined {
  const policy = bare()
  let [keys, combinations] = [0, 1]
  for (const { path, values } of fieldsInAll(pattern)) {
    const said = values.map(saidBySns)
    if (!said.every((value) => value !== undefined)) continue
    const product = combinations * values.length * path.length
    if (keys === MOST_KEYS || product > MOST_COMBINATIONS) continue
    put(policy, path, said)
    keys += 1
    combinations = product
  }
  return keys === 0 ? undefined : JSON.stringify(policy)
}

/** One value of a field's list as SNS has it. */
function saidBySns(value: JsonValue): JsonValue | undefined {
  if (typeof value === 'number') return isWithin(value) ? value : undefined
  // Every way to write an address matches it, and an exact integer may be a number or a text.
  if (typeof value === 'string') {
    return ipBytes(value) || isIntegerBeyond(value) ? undefined : value
  }
  if (typeof value === 'boolean') return value
  if (value === null || Array.isArray(value)) return undefined
  const [[operator, operand] = ['', null]] = Object.entries(value)
  if (operator === 'numeric') return numeric(operand)
  if (operator === 'equals-ignore-case') return lowerCase(operand)
  return saysSame(operator, operand) ? value : undefined
}

function saysSame(operator: string, operand: JsonValue): boolean {
  if (operator === 'exists') return operand === true
  if (operator === 'prefix' || operator === 'suffix') return typeof operand === 'string'
  return operator === 'cidr'
}

/** Numbers are rounded before they are compared: the ends of a range are in it. */
function numeric(operand: JsonValue): JsonValue | undefined {
  if (!Array.isArray(operand)) return undefined
  const [sign, low, , high] = operand
  if (typeof low !== 'number' || !isWithin(low)) return undefined
  if (sign === '=') return { numeric: [sign, low] }
  if (typeof high !== 'number' || !isWithin(high)) return undefined
  return { numeric: ['>=', low, '<=', high] }
}

/** Letters beyond ASCII have cases that are told apart in more than one way. */
function lowerCase(operand: JsonValue): JsonValue | undefined {
  if (typeof operand !== 'string' || !/^[ -~]*$/.test(operand)) return undefined
  return { 'equals-ignore-case': operand.toLowerCase() }
}

function isWithin(number: number): boolean {
  return Math.abs(number) < MOST && Number(number.toFixed(5)) === number
}

function put(policy: JsonObject, path: FieldValues['path'], values: JsonValue[]): void {
  let within = policy
  for (const key of path.slice(0, -1)) {
    const inner = within[key]
    const next = typeof inner === 'object' && inner && !Array.isArray(inner) ? inner : bare()
    within[key] = next
    within = next
  }
  within[path.at(-1) ?? ''] = values
}

/** Any key of it is its own, `__proto__` too. */
function bare(): JsonObject {
  return Object.create(null)
}
