import { type Mapping, type MappingRule, overlay, type TypeMapping } from '../event/mapping.js'
import { quoteText } from './leaf-tree.js'

interface TypeCase extends Pick<MappingRule, 'prefix' | 'exact'> {
  readonly mapping: TypeMapping
}

/** The types that a mapping tells apart, as SQL does: the first case that holds. */
export class TypeCases {
  private readonly cases: readonly TypeCase[]

  constructor({ rules }: Mapping) {
    const all = { prefix: '', exact: false }
    const names = [...rules, all].map(({ prefix, exact }) => JSON.stringify({ prefix, exact }))
    this.cases = [...new Set(names)]
      .map((name): Pick<MappingRule, 'prefix' | 'exact'> => JSON.parse(name))
      .sort((a, b) => b.prefix.length - a.prefix.length || Number(b.exact) - Number(a.exact))
      .map((types) => ({ ...types, mapping: overlay(rules.filter((rule) => covers(rule, types))) }))
  }

  /** An expression that depends on the type, by what the mapping says of the type. */
  by(type: string, expressionOf: (mapping: TypeMapping) => string): string {
    const cases = this.cases.map((each) => ({ ...each, sql: expressionOf(each.mapping) }))
    const needed = cases.filter(({ sql, ...types }, at) => {
      const next = cases.slice(at + 1).find((later) => covers(later, types))
      return next === undefined || next.sql !== sql
    })
    const otherwise = needed.pop()?.sql ?? 'NULL'
    if (needed.length === 0) return otherwise
    const whens = needed.map(({ prefix, exact, sql }) => {
      const text = quoteText(prefix)
      return `WHEN ${exact ? `${type} = ${text}` : `starts_with(${type}, ${text})`} THEN ${sql}`
    })
    return `CASE ${whens.join(' ')} ELSE ${otherwise} END`
  }
}

/** Whether a rule is for all types that another is for. */
function covers(
  rule: Pick<MappingRule, 'prefix' | 'exact'>,
  types: Pick<MappingRule, 'prefix' | 'exact'>,
): boolean {
  if (rule.exact) return types.exact && types.prefix === rule.prefix
  return types.prefix.startsWith(rule.prefix)
}
