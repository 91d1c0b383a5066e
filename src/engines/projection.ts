import type { Envelope } from '../envelopes/envelope.js'
import type { Mapping, MappingRule } from '../event/mapping.js'
import type { MappedField } from '../event/rule.js'
import { UNKNOWN_TYPE } from '../event/event.js'
import { type Chain, ChainSql, type Level, Unprojectable } from './chain-sql.js'
import { LeafTree, leafExpression, quoteName, quoteText } from './leaf-tree.js'

export interface ProjectionPlan {
  readonly chains: readonly Chain[]
  readonly mapping: Mapping
  /** All wrappings that the decoder may recognise, in its order. */
  readonly known: readonly Envelope[]
}

const projectedFields = [
  'id',
  'source',
  'type',
  'time',
  'receivedAt',
  'key',
  'sequence',
  'replay',
  'attempt',
  'transportId',
] as const
type ProjectedField = (typeof projectedFields)[number]

/** The decoder's reading of a record, as SQL that has the same, or says that it is not certain. */
export interface Projection {
  /** `columns=` of read_json, for line-delimited files. */
  readonly columns: string
  /** from_json's structure, for a relation whose column `json` has the document's text. */
  readonly structure: string
  /** A SELECT over `relation` with the columns of {@link ProjectedField}, all text, and `certain`.
   * `sequence` is a mapped one: a record with a sequence of its wrapping's own is not certain. */
  select(relation: string, root: 'columns' | 'struct'): string
}

/** @throws Unprojectable where DuckDB cannot hold what the plan needs */
export function createProjection(plan: ProjectionPlan): Projection {
  const compile = (root: string | null) => compilePlan(plan, root)
  const { top } = compile(null)
  return {
    columns: top.columns(),
    structure: top.structure(),
    select: (relation, root) => {
      const { unwraps, fields, certain } = compile(root === 'struct' ? quoteName('evt:top') : null)
      const unwrapped = unwraps.reduce(
        (from, { name, of, tree }) =>
          `(SELECT *, TRY(from_json(${of}, ${quoteText(tree.structure())})) AS ${name} FROM ${from})`,
        relation,
      )
      const columns = projectedFields.map((field) => `${fields[field]} AS ${quoteName(field)}`)
      return `SELECT ${columns.join(', ')}, coalesce(${certain}, false) AS certain FROM ${unwrapped}`
    },
  }
}

interface Unwrap {
  name: string
  of: string
  tree: LeafTree
}

function compilePlan(plan: ProjectionPlan, root: string | null) {
  const top = new LeafTree()
  const unwraps = new Map<string, Unwrap>()
  const chains = plan.chains.map((chain) => new ChainSql(levelsOf(chain, root, top, unwraps)))
  const perChain = chains.map((chain) => fieldsOf(chain, plan.mapping))
  const conditions = chains.map((chain) => chain.certain(plan.known))
  const byChain = (expressions: readonly string[]) => {
    if (expressions.every((e) => e === expressions[0])) return expressions[0] ?? 'NULL'
    const whens = expressions.map((e, at) => `WHEN ${conditions[at]} THEN ${e}`)
    return `CASE ${whens.join(' ')} END`
  }
  const entries = projectedFields.map((field) => [field, byChain(perChain.map((f) => f[field]))])
  const doubts = chains.map((chain) => `NOT coalesce(${[...chain.doubts].join(' OR ')}, false)`)
  const certain = conditions.map((condition, at) => `((${condition}) AND ${doubts[at]})`)
  return {
    top,
    unwraps: [...unwraps.values()],
    // The entries are made from the list of all fields.
    fields: Object.fromEntries(entries) as Record<ProjectedField, string>,
    certain: certain.join(' OR '),
  }
}

function levelsOf(
  chain: Chain,
  root: string | null,
  top: LeafTree,
  unwraps: Map<string, Unwrap>,
): Level[] {
  const levels: Level[] = []
  let level = { tree: top, root }
  let path = 'evt:'
  for (const envelope of chain) {
    levels.push({ envelope, ...level })
    if (!envelope.inner) break
    path += `${envelope.name}/`
    level.tree.add(envelope.inner)
    const known = unwraps.get(path) ?? {
      name: quoteName(path),
      of: leafExpression(level.root, envelope.inner),
      tree: new LeafTree(),
    }
    unwraps.set(path, known)
    level = { tree: known.tree, root: known.name }
  }
  return levels
}

function fieldsOf(chain: ChainSql, mapping: Mapping): Record<ProjectedField, string> {
  const everywhere = mapping.rules.filter(({ prefix, exact }) => prefix === '' && !exact)
  const baseType = coalesce([
    mapped(chain, everywhere, 'type', ''),
    ...chain.preset('type', 'innermost'),
    quoteText(UNKNOWN_TYPE),
  ])
  const rule = (field: MappedField) => mapped(chain, mapping.rules, field, baseType)
  const transportId = coalesce(chain.preset('transportId', 'outermost'))
  if (mapping.rules.some((r) => r.mapping.fields.type && !everywhere.includes(r))) {
    throw new Unprojectable('the type is mapped by type')
  }
  if (!everywhere.some((r) => r.mapping.fields.sequence)) {
    for (const own of chain.preset('sequence', 'innermost')) chain.doubts.add(`${own} IS NOT NULL`)
  }
  return {
    id: coalesce([rule('id'), ...chain.preset('id', 'innermost'), transportId]),
    source: coalesce([rule('source'), ...chain.preset('source', 'innermost'), "''"]),
    type: baseType,
    time: coalesce([rule('time'), ...chain.preset('time', 'innermost')]),
    receivedAt: coalesce([rule('receivedAt'), ...chain.preset('receivedAt', 'outermost')]),
    key: mapped(chain, mapping.rules, 'key', baseType, coalesce(chain.preset('key', 'innermost'))),
    sequence: rule('sequence'),
    replay: coalesce([rule('replay'), ...chain.preset('replay', 'innermost')]),
    attempt: coalesce([rule('attempt'), ...chain.preset('attempt', 'outermost')]),
    transportId,
  }
}

/** A mapped field's text by type; `otherwise` where nothing maps it. Later rules override. */
function mapped(
  chain: ChainSql,
  rules: readonly MappingRule[],
  field: MappedField,
  type: string,
  otherwise = 'NULL',
): string {
  const whens: string[] = []
  for (let at = rules.length - 1; at >= 0; at--) {
    const rule = rules[at]
    const path = rule?.mapping.fields[field]
    if (!rule || !path) continue
    const expression = path.length === 0 ? 'NULL' : chain.scalar(chain.document, path)
    if (rule.prefix === '' && !rule.exact) {
      return whens.length === 0 ? expression : `CASE ${whens.join(' ')} ELSE ${expression} END`
    }
    const prefix = quoteText(rule.prefix)
    const matches = rule.exact ? `${type} = ${prefix}` : `starts_with(${type}, ${prefix})`
    whens.push(`WHEN ${matches} THEN ${expression}`)
  }
  return whens.length === 0 ? otherwise : `CASE ${whens.join(' ')} ELSE ${otherwise} END`
}

function coalesce(texts: readonly string[]): string {
  const found = texts.filter((text) => text !== 'NULL')
  if (found.length === 0) return 'NULL'
  return found.length === 1 ? (found[0] ?? 'NULL') : `coalesce(${found.join(', ')})`
}
