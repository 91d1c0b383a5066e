import { type Envelope, isInText } from '../envelopes/envelope.js'
import { createUnwrapper } from '../envelopes/layers.js'
import { valueAt } from '../event/json-path.js'
import { type Chain, ChainSql, type Level, Unprojectable } from './chain-sql.js'
import { LeafTree, leafExpression, quoteName, quoteText } from './leaf-tree.js'
import { type ProjectionPlan, RecordSql } from './record-sql.js'
import { addSigns } from './signs.js'
import { isUncommonTime, type TimeForms } from './time-sql.js'

const chainNumber = quoteName('evt:chain')

/** Where the outermost document is: a struct's column, or null for the scan's own columns; and the
 * column of its text, where there is one. */
export interface Top {
  readonly root: string | null
  readonly json: string | null
}

/** Fields of records as SQL, for all chains of a plan. */
export interface Compiled<Name extends string> {
  /** What is read of the outermost document. */
  readonly top: LeafTree
  readonly fields: Readonly<Record<Name, string>>
  /** The forms of times that the samples have. */
  readonly timeForms: TimeForms
  /** Whether the fields are surely the decoder's; may be NULL. */
  readonly certain: string
  /** The relation, with the columns that the fields are read from. */
  from(relation: string): string
}

interface Unwrap {
  name: string
  of: string
  tree: LeafTree
}

/** @throws Unprojectable where DuckDB cannot hold what the fields need */
export function compile<Name extends string>(
  plan: ProjectionPlan,
  at: Top,
  fieldsOf: (record: RecordSql) => Record<Name, string>,
): Compiled<Name> {
  const top = new LeafTree()
  const unwraps = new Map<string, Unwrap>()
  const inText = plan.chains.filter((chain) => chain.every(isInText))
  const read = inText.flatMap((chain) => {
    return (
      projectable(() => {
        const sql = new ChainSql(levelsOf(chain, at, top, unwraps))
        return [{ sql, fields: fieldsOf(new RecordSql(sql, plan.mapping)) }]
      }) ?? []
    )
  })
  const timeForms = studySamples(
    plan,
    read.map(({ sql }) => sql),
  )
  // What tells chains apart may need places that the fields of any of them are at.
  const own = read.flatMap((chain) => {
    const conditions = projectable(() => chain.sql.own())
    return conditions === null ? [] : [{ ...chain, conditions }]
  })
  const chains = own.map(({ sql, fields, conditions }) => ({
    fields,
    condition: [...conditions, ...sql.notOthers(plan.known)].map((c) => `(${c})`).join(' AND '),
    doubts: sql.doubts(),
  }))
  if (chains.length === 0) throw new Unprojectable('there is no chain that SQL can read')
  const layers = [...unwraps.values()]
  if ([top, ...layers.map(({ tree }) => tree)].some((tree) => tree.isEmpty)) {
    throw new Unprojectable('nothing is read')
  }
  const isSingle = chains.length === 1
  const isOfChain = isSingle ? chains[0]?.condition : `${chainNumber} IS NOT NULL`
  const numbered = chains.map(({ condition }, n) => `WHEN ${condition} THEN ${n}`).join(' ')
  const sure = chains.map(({ doubts }) => {
    const any = ['false', ...doubts.map((doubt) => `coalesce(${doubt}, false)`)].join(' OR ')
    return `NOT (${any})`
  })
  return {
    top,
    timeForms,
    // The same names for every chain, and there is one.
    fields: fieldsByChain(chains) as Record<Name, string>,
    certain: `${isOfChain} AND ${byChain(sure)}`,
    from: (relation) => {
      const unwrapped = layers.reduce((from, { name, of, tree }) => {
        const struct = `TRY(from_json(${of}, ${quoteText(tree.structure())}))`
        return `(SELECT *, ${struct} AS ${name} FROM ${from})`
      }, relation)
      return isSingle
        ? unwrapped
        : `(SELECT *, CASE ${numbered} END AS ${chainNumber} FROM ${unwrapped})`
    },
  }
}

/** By the number of the record's chain, counted from 0. */
function byChain(expressions: readonly string[]): string {
  const [first = 'NULL', ...others] = expressions
  if (others.every((expression) => expression === first)) return first
  const whens = expressions.map((expression, n) => `WHEN ${n} THEN ${expression}`)
  return `CASE ${chainNumber} ${whens.join(' ')} END`
}

function fieldsByChain<Name extends string>(
  chains: readonly { fields: Record<Name, string> }[],
): Partial<Record<Name, string>> {
  const fields: Partial<Record<Name, string>> = {}
  // for-in over an object literal's keys: they are its names.
  for (const name in chains[0]?.fields) fields[name] = byChain(chains.map((c) => c.fields[name]))
  return fields
}

/** Has the chains read what their samples are certain by. */
function studySamples(plan: ProjectionPlan, chains: readonly ChainSql[]): TimeForms {
  const unwrap = createUnwrapper(plan.known)
  const samples = (plan.samples ?? []).flatMap(unwrap).filter((unwrapped) => unwrapped.ok)
  let timeForms: TimeForms = 'common'
  for (const { levels, times } of chains) {
    const own = samples.filter(({ envelopes }) => isOfChain(envelopes, levels))
    const documents = own.map((sample) => sample.documents)
    addSigns(levels, documents)
    const isUncommon = ({ level, path }: ChainSql['times'][number]) => {
      const n = levels.indexOf(level)
      return documents.some((all) => isUncommonTime(valueAt(all[n] ?? null, path)))
    }
    if (times.some(isUncommon)) timeForms = 'all'
  }
  return timeForms
}

function isOfChain(envelopes: readonly Envelope[], levels: readonly Level[]): boolean {
  return envelopes.length === levels.length && levels.every((l, n) => l.envelope === envelopes[n])
}

/** Null where DuckDB cannot hold one chain beside the others: its records are not certain then. */
function projectable<T>(make: () => T): T | null {
  try {
    return make()
  } catch (error) {
    if (error instanceof Unprojectable) return null
    throw error
  }
}

function levelsOf(chain: Chain, top: Top, tree: LeafTree, unwraps: Map<string, Unwrap>): Level[] {
  const levels: Level[] = []
  const found = new Map<string, Unwrap>()
  let level = { ...top, tree }
  let path = 'evt:'
  for (const envelope of chain) {
    levels.push({ envelope, ...level })
    if (!envelope.inner) break
    path += `${envelope.name}/`
    if (!level.tree.add(envelope.inner)) throw new Unprojectable('the body collides')
    const known = unwraps.get(path) ?? {
      name: quoteName(path),
      of: leafExpression(level.root, envelope.inner),
      tree: new LeafTree(),
    }
    found.set(path, known)
    level = { tree: known.tree, root: known.name, json: known.of }
  }
  for (const [at, unwrap] of found) unwraps.set(at, unwrap)
  return levels
}
