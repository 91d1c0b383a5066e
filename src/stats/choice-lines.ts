import type { Choice, Choices } from '../envelopes/choices.js'
import { pathText } from '../event/json-path.js'
import { isFor, type Mapping, type MappingRule } from '../event/mapping.js'
import { saidWords } from '../event/rule.js'
import { compareText } from '../event/sequence.js'
import { hasTypesByType, patternText, ruleEntries } from './findings/mapping-unused.js'
import { counted, listed, times } from './findings/phrases.js'

const MOST_LINES = 20

/** What --verbose tells of choices: where more than one wrapping, or rule of the mapping, fits the
 * same, which one counts, and why. One line a kind. */
export function choiceLines(choices: Choices, mapping: Mapping, types: Iterable<string>): string[] {
  const wrappings = choices.all().map(wrappingLine)
  const more = choices.hasMore ? ['more kinds of wrappings that fit the same are not listed'] : []
  const rules = overlaps(mapping, types).map(ruleLine)
  const hidden = rules.length - MOST_LINES
  const moreRules = hidden > 0 ? [`${counted(hidden, 'more field')} of several rules`] : []
  return [...wrappings, ...more, ...rules.slice(0, MOST_LINES), ...moreRules]
}

function wrappingLine({ chain, others, isOfWrapper, path }: Choice): string {
  const taken = chain.at(-1)
  const fit = others.length === 1 ? 'fits' : 'fit'
  const reason = isOfWrapper
    ? `${chain.at(-2)} says what its entries are`
    : `${taken} comes first in the order of evt help mapping`
  return `${path} has ${chain.join('>')} where ${listed(others)} ${fit} too: ${reason}`
}

/** A field that several rules give different paths for the same types. */
interface Overlap {
  field: string
  /** In the order they apply: the last one counts. */
  rules: readonly MappingRule[]
  types: string[]
}

/** Where a rule gives events another type, the type does not tell which rules they have. */
function overlaps(mapping: Mapping, types: Iterable<string>): Overlap[] {
  const found = new Map<string, Overlap>()
  if (hasTypesByType(mapping)) return []
  for (const type of [...new Set(types)].sort(compareText)) {
    const matching = mapping.rules.filter((rule) => isFor(rule, type))
    for (const [field, rules] of rulesByField(matching)) {
      const key = `${field} ${rules.map((rule) => mapping.rules.indexOf(rule)).join()}`
      const known = found.get(key)
      if (known) known.types.push(type)
      else found.set(key, { field, rules, types: [type] })
    }
  }
  return [...found.values()]
}

/** The fields for which these rules say different things. */
function rulesByField(rules: readonly MappingRule[]): [string, MappingRule[]][] {
  const byField = new Map<string, { rule: MappingRule; text: string }[]>()
  for (const rule of rules) {
    for (const [field, text] of sayings(rule)) {
      byField.set(field, [...(byField.get(field) ?? []), { rule, text }])
    }
  }
  return [...byField].flatMap(([field, said]) => {
    const isSame = new Set(said.map(({ text }) => text)).size === 1
    return isSame ? [] : [[field, said.map(({ rule }) => rule)]]
  })
}

function sayings({ mapping }: MappingRule): [string, string][] {
  return [
    ...ruleEntries(mapping).map(([field, path]): [string, string] => [field, pathText(path)]),
    ...Object.entries(saidWords(mapping)),
  ]
}

function ruleLine({ field, rules, types }: Overlap): string {
  const [first = ''] = types
  const others = types.length - 1
  const of = others === 0 ? first : `${first} and ${counted(others, 'more type')}`
  return `${field} of ${of} is mapped by ${whoCounts(rules)}`
}

function whoCounts(rules: readonly MappingRule[]): string {
  if (rules.every(({ isFlag }) => isFlag)) {
    return `--map ${times(rules.length)}: the last of them counts`
  }
  const names = rules.map((rule) => (rule.isFlag ? '--map' : patternText(rule)))
  const last = rules.at(-1)
  const why = last?.exact ? 'the whole name' : 'the longer prefix'
  const reason = last?.isFlag ? 'which wins over the file' : why
  return `${listed([...new Set(names)])}: ${names.at(-1)} counts, ${reason}`
}
