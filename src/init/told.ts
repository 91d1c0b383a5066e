import type { EventRule } from '../event/rule.js'
import { parseMapFlag, saidWords } from '../event/rule.js'
import type { ProposedLine, ProposedRule } from './proposal.js'
import { byField } from './rules.js'

/** What `--map` says, all of it together: that is known, and not guessed. */
export function toldBy(maps: readonly string[]): EventRule {
  const rules = maps.map(parseMapFlag)
  const told: EventRule = { fields: {}, entities: rules.flatMap(({ entities }) => entities) }
  for (const rule of rules) {
    Object.assign(told.fields, rule.fields)
    Object.assign(told, saidWords(rule))
  }
  return told
}

/** The rules where what is told stands in the place of what was guessed, for all types. */
export function withTold(rules: readonly ProposedRule[], told: EventRule): readonly ProposedRule[] {
  const lines: ProposedLine[] = []
  const add = (field: ProposedLine['field'], path: ProposedLine['path']) =>
    lines.push({ field, path, explain: 'as --map says', figures: {} })
  for (const [field, path] of Object.entries(told.fields)) {
    // The keys of the fields are their names.
    add(field as keyof EventRule['fields'], path)
  }
  for (const { kind, path } of told.entities) add(`entities.${kind}`, path)
  const words = saidWords(told)
  if (lines.length === 0 && Object.keys(words).length === 0) return rules
  const isTold = ({ field }: ProposedLine) => lines.some((line) => line.field === field)
  const others = rules.map((rule) => ({
    ...rule,
    lines: rule.lines.filter((line) => !isTold(line)),
  }))
  const all = others.find(({ pattern }) => pattern === '*')?.lines ?? []
  return [
    {
      pattern: '*',
      lines: [...lines, ...all].sort(byField),
      ...words,
    },
    ...others.filter(({ pattern, lines: left }) => pattern !== '*' && left.length > 0),
  ]
}
