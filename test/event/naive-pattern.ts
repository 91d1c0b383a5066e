import type { JsonObject, JsonValue } from '../../src/event/event.js'

/* Event Ruler's documentation word by word, by brute force: every way to choose a value for each
 * field is tried. It shares no code with src/event/pattern*.ts. */

type Leaf = string | number | boolean | null
interface Found {
  name: string
  value: Leaf
  /** By list, the element that the value is in. */
  within: ReadonlyMap<number, number>
}

export function naiveMatch(pattern: JsonObject, document: JsonValue): boolean {
  const found: Found[] = []
  flatten(document, '', new Map(), { lists: 0 }, found)
  return conjunctions(pattern, '').some((fields) => {
    const sorted = [...fields].sort(([a], [b]) => (a < b ? -1 : 1))
    return canChoose(sorted, found, new Map())
  })
}

function flatten(
  value: JsonValue,
  name: string,
  within: ReadonlyMap<number, number>,
  counter: { lists: number },
  into: Found[],
): void {
  if (Array.isArray(value)) {
    const list = counter.lists++
    for (const [n, each] of value.entries()) {
      const isLeaf = typeof each !== 'object' || each === null
      flatten(each, name, isLeaf ? within : new Map([...within, [list, n]]), counter, into)
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      flatten(each, name === '' ? key : `${name}.${key}`, within, counter, into)
    }
  } else into.push({ name, value, within })
}

type Fields = readonly (readonly [string, readonly JsonValue[]])[]

/** What `$or` says, as alternatives of fields. */
function conjunctions(pattern: JsonObject, outer: string): Fields[] {
  let all: Fields[] = [[]]
  for (const [key, value] of Object.entries(pattern)) {
    const name = outer === '' ? key : `${outer}.${key}`
    let made: Fields[]
    if (key === '$or' && Array.isArray(value)) {
      made = value.flatMap((each) => conjunctions(each as JsonObject, outer))
    } else if (Array.isArray(value)) made = [[[name, value]]]
    else made = conjunctions(value as JsonObject, name)
    all = all.flatMap((one) => made.map((other) => [...one, ...other]))
  }
  return all
}

function canChoose(
  [first, ...rest]: Fields,
  found: readonly Found[],
  within: ReadonlyMap<number, number>,
): boolean {
  if (!first) return true
  const [name, values] = first
  const consistent = found.filter(
    (each) =>
      each.name === name && [...each.within].every(([list, n]) => (within.get(list) ?? n) === n),
  )
  const isAbsent = values.some((value) => JSON.stringify(value) === '{"exists":false}')
  if (isAbsent && consistent.length === 0 && canChoose(rest, found, within)) return true
  return consistent.some(
    (each) =>
      values.some((value) => naiveValue(value, each.value)) &&
      canChoose(rest, found, new Map([...within, ...each.within])),
  )
}

function naiveValue(wanted: JsonValue, value: Leaf): boolean {
  if (typeof wanted !== 'object' || wanted === null) return isSame(wanted, value)
  const [[operator, operand] = ['', null]] = Object.entries(wanted)
  if (operator === 'exists') return operand === true
  if (operator === 'anything-but') {
    if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
      const [[inner, texts] = ['', null]] = Object.entries(operand)
      return ![texts].flat().some((text) => naiveValue({ [inner]: text }, value))
    }
    return ![operand].flat().some((each) => each === value)
  }
  if (operator === 'numeric') return typeof value === 'number' && isInRange(operand, value)
  if (typeof value !== 'string') return false
  if (typeof operand === 'object' && operand !== null) {
    const text = String(Object.values(operand)[0])
    const length = text.length
    const part = operator === 'prefix' ? value.slice(0, length) : value.slice(-length)
    return length === 0 || part.toLowerCase() === text.toLowerCase()
  }
  const text = String(operand)
  if (operator === 'exactly') return value === text
  if (operator === 'prefix') return value.slice(0, text.length) === text
  if (operator === 'suffix') return text === '' || value.slice(-text.length) === text
  if (operator === 'equals-ignore-case') return value.toLowerCase() === text.toLowerCase()
  if (operator === 'wildcard') return isWild(text, value)
  return operator === 'cidr' && isWithinBlock(text, value)
}

function isSame(wanted: Leaf, value: Leaf): boolean {
  if (typeof wanted !== 'string' || typeof value !== 'string') return wanted === value
  return wanted === value || (address(wanted) !== null && address(wanted) === address(value))
}

function isInRange(operand: JsonValue | undefined, value: number): boolean {
  const parts = operand as (string | number)[]
  return parts.every((sign, n) => {
    const limit = Number(parts[n + 1])
    if (sign === '=') return value === limit
    if (sign === '<' || sign === '<=') return value < limit || (sign === '<=' && value === limit)
    if (sign === '>' || sign === '>=') return value > limit || (sign === '>=' && value === limit)
    return true
  })
}

/** Character by character; `*` takes as much as it may. */
function isWild(pattern: string, value: string): boolean {
  if (pattern === '') return value === ''
  if (pattern[0] === '*') {
    if (isWild(pattern.slice(1), value)) return true
    return value !== '' && isWild(pattern, value.slice(1))
  }
  const at = pattern[0] === '\\' ? 1 : 0
  return value !== '' && value[0] === pattern[at] && isWild(pattern.slice(at + 1), value.slice(1))
}

/** Of the addresses that the tests use, as bits. */
function address(text: string): string | null {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    return text
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('')
  }
  if (!/^[0-9a-f:]*:[0-9a-f:]*$/i.test(text)) return null
  const groups = text.split(':').filter((group) => group !== '')
  const missing = Array<string>(8 - groups.length).fill('0')
  const at =
    text
      .split('::')[0]
      ?.split(':')
      .filter((group) => group !== '').length ?? 0
  groups.splice(at, 0, ...missing)
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('')
}

function isWithinBlock(block: string, value: string): boolean {
  const [base = '', bits = ''] = block.split('/')
  const [one, other] = [address(base), address(value)]
  if (one === null || other === null || one.length !== other.length) return false
  return one.slice(0, Number(bits)) === other.slice(0, Number(bits))
}
