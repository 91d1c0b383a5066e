import { type JsonPath, pathText } from '../event/json-path.js'
import { type ProposedLine, type ProposedRule, proposedFields } from './proposal.js'

/** What is proposed for one type. */
export interface TypeLines {
  readonly type: string
  readonly lines: readonly ProposedLine[]
  /** Fields that the wrapping gives. */
  readonly given: ReadonlySet<string>
  /** Whether a path yields something else than the wrapping gives, in any event of the type. */
  differs(field: string, path: JsonPath): boolean
}

/** Of the types that a rule is for, those that it says the right thing of; others have rules of
 * their own. */
const LEAST_AGREEING = 2 / 3

/**
 * Few rules that say of each type what was found: `*` has what is common, a family by prefix what
 * its types share beside that, a type the rest. A rule for more types than agree must do no harm to
 * the others.
 */
export function rulesOf(types: readonly TypeLines[]): ProposedRule[] {
  const fields = [...new Set(types.flatMap(({ lines }) => lines.map(({ field }) => field)))]
  const rules = new Map<string, ProposedLine[]>()
  const write = (pattern: string, line: ProposedLine) => {
    rules.set(pattern, [...(rules.get(pattern) ?? []), line])
  }
  for (const field of fields) {
    let left = covered(types, field, '*', write)
    for (const family of familiesOf(left.map(({ type }) => type))) {
      const members = types.filter(({ type }) => type.startsWith(family))
      const rest = covered(members, field, `${family}*`, write, left)
      left = left.filter((each) => !members.includes(each) || rest.includes(each))
    }
    for (const each of left) {
      const line = lineOf(each, field)
      if (line && isPattern(each.type)) write(each.type, line)
    }
  }
  return [...rules]
    .map(([pattern, lines]) => ({ pattern, lines: lines.sort(byField) }))
    .sort((a, b) => rankOf(a.pattern) - rankOf(b.pattern) || (a.pattern < b.pattern ? -1 : 1))
}

/** Writes the line that most of the types have, where one rule can say it for all.
 * @returns the types that still need a line of their own */
function covered(
  types: readonly TypeLines[],
  field: string,
  pattern: string,
  write: (pattern: string, line: ProposedLine) => void,
  wanting: readonly TypeLines[] = types,
): TypeLines[] {
  const uses = new Map<string, { line: ProposedLine; count: number }>()
  for (const each of types.filter((type) => wanting.includes(type))) {
    const line = lineOf(each, field)
    if (!line) continue
    const use = uses.get(pathText(line.path)) ?? { line, count: 0 }
    uses.set(pathText(line.path), { ...use, count: use.count + 1 })
  }
  const own = types.filter((each) => lineOf(each, field) && wanting.includes(each))
  const [common] = [...uses.values()].sort((a, b) => b.count - a.count)
  if (!common || common.count < LEAST_AGREEING * types.length) return own
  const text = pathText(common.line.path)
  const isHarmless = types.every((each) => lineOf(each, field) || !harms(each, field, common.line))
  if (!isHarmless) return own
  write(pattern, common.line)
  return own.filter((each) => pathText(lineOf(each, field)?.path ?? []) !== text)
}

/** A mapped key or sequence that is not there means none; anything else that is there replaces what
 * the wrapping gives. */
function harms({ given, differs }: TypeLines, field: string, { path }: ProposedLine): boolean {
  const isStrict = field === 'key' || field === 'sequence'
  return given.has(field) && (isStrict || differs(field, path))
}

function lineOf({ lines }: TypeLines, field: string): ProposedLine | undefined {
  return lines.find((line) => line.field === field)
}

/** `order.`, where there are several types that begin so. */
function familiesOf(types: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const type of types) {
    const prefix = /^[^*]*?[A-Za-z0-9][./:_-]/.exec(type)?.[0]
    if (prefix !== undefined) counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
  }
  return [...counts].filter(([, count]) => count > 1).map(([prefix]) => prefix)
}

/** A name with a star would be read as something else, and `__proto__` is no key of a file. */
function isPattern(type: string): boolean {
  return !type.includes('*') && type !== '__proto__' && type !== ''
}

function rankOf(pattern: string): number {
  if (pattern === '*') return 0
  return pattern.endsWith('*') ? 1 : 2
}

const order: readonly string[] = proposedFields

/** The order in which the lines of a rule are written. */
export function byField(a: ProposedLine, b: ProposedLine): number {
  const rank = ({ field }: ProposedLine) => order.indexOf(field) + 1 || order.length + 1
  return rank(a) - rank(b) || (a.field < b.field ? -1 : a.field > b.field ? 1 : 0)
}
