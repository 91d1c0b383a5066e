import type { Condition, Envelope, FieldName } from '../envelopes/envelope.js'
import type { JsonPath } from '../event/json-path.js'
import { LeafTree, leafExpression } from './leaf-tree.js'
import { isBraced } from './scalar-sql.js'

/** A chain of wrappings that an archive was seen to have, outermost first. The last one is the
 * document's own. */
export type Chain = readonly Envelope[]

/** One document of a chain as SQL sees it: a struct, or the columns of the scan. */
export interface Level {
  readonly envelope: Envelope
  readonly tree: LeafTree
  /** The column of the struct; null for the scan's own columns. */
  readonly root: string | null
}

/** DuckDB cannot hold what this reading needs: the decoder has to read the records. */
export class Unprojectable extends Error {}

/** What one chain's records look like in SQL. Building it adds the leaves it needs to the trees. */
export class ChainSql {
  /** Where one of these holds, SQL may read the record otherwise than the decoder. */
  readonly doubts = new Set<string>()

  constructor(readonly levels: readonly Level[]) {}

  get document(): Level {
    const last = this.levels.at(-1)
    if (!last) throw new Unprojectable('a chain has at least one level')
    return last
  }

  /** The text of a scalar, NULL where there is none. */
  scalar(level: Level, path: JsonPath): string {
    if (!level.tree.add(path)) throw new Unprojectable(`${path.join('.')} collides`)
    const leaf = leafExpression(level.root, path)
    this.doubts.add(isBraced(leaf))
    return leaf
  }

  /** What the wrappings say of a field: texts, the one that counts first. */
  preset(field: FieldName, first: 'innermost' | 'outermost'): string[] {
    const levels = first === 'outermost' ? this.levels : [...this.levels].reverse()
    return levels.flatMap((level) => {
      const texts = (level.envelope.fields[field] ?? []).map((path) => this.scalar(level, path))
      const needs = field === 'key' ? level.envelope.keyNeeds : undefined
      if (!needs) return texts
      return texts.map((text) => `CASE WHEN ${this.scalar(level, needs)} IS NOT NULL THEN ${text} END`)
    })
  }

  /** True for the records that are of this chain and surely of no other. */
  certain(known: readonly Envelope[]): string {
    const own = this.levels.flatMap((level) => level.envelope.when.map((c) => holds(level, c)))
    const others = this.levels.flatMap((level) =>
      known
        .slice(0, known.indexOf(level.envelope))
        .map((envelope) => `NOT coalesce(${possible(level, envelope)}, false)`),
    )
    const conditions = [...own, ...others]
    return conditions.length === 0 ? 'true' : conditions.map((c) => `(${c})`).join(' AND ')
  }
}

function holds(level: Level, { path, is, equals }: Condition): string {
  const { tree, root } = level
  if (is === 'object' && tree.isStruct(path)) return someLeaf(level, path)
  if (!tree.add(path, is === 'object' ? 'json' : 'text')) {
    throw new Unprojectable(`${path.join('.')} collides`)
  }
  const leaf = leafExpression(root, path)
  if (is === 'object') return `starts_with(${leaf}, '{')`
  return equals === undefined ? `${leaf} IS NOT NULL` : `${leaf} = '${equals}'`
}

/** Whether a record may be of another wrapping, as far as the tree can hold what tells. */
function possible(level: Level, envelope: Envelope): string {
  const conditions = envelope.when.flatMap(({ path }) => {
    if (level.tree.isStruct(path)) return [someLeaf(level, path)]
    return level.tree.has(path) || level.tree.add(path)
      ? [`${leafExpression(level.root, path)} IS NOT NULL`]
      : []
  })
  return conditions.length === 0 ? 'true' : conditions.map((c) => `(${c})`).join(' AND ')
}

/** A struct with no field cannot be told from a value that is no object. */
function someLeaf({ tree, root }: Level, path: JsonPath): string {
  const leaves = tree.leavesBelow(path)
  return leaves.map((leaf) => `${leafExpression(root, leaf)} IS NOT NULL`).join(' OR ')
}
