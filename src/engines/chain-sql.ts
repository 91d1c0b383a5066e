import {
  type Condition,
  type Envelope,
  type FieldName,
  fieldPaths,
  namingFields,
} from '../envelopes/envelope.js'
import { REPLAY_HEADER } from '../envelopes/header-mark.js'
import type { JsonPath } from '../event/json-path.js'
import { jsonPointer, type LeafTree, leafExpression, quoteText } from './leaf-tree.js'
import { isAmbiguous, isHardlyScalar } from './scalar-sql.js'

/** A chain of wrappings that an archive was seen to have, outermost first. The last one is the
 * document's own. */
export type Chain = readonly Envelope[]

/** One document of a chain as SQL sees it: a struct, or the columns of the scan. */
export interface Level {
  readonly envelope: Envelope
  readonly tree: LeafTree
  /** The column of the struct; null for the scan's own columns. */
  readonly root: string | null
  /** The text of the document; null where the relation does not have it. */
  readonly json: string | null
}

/** DuckDB cannot hold what this reading needs: the decoder has to read the records. */
export class Unprojectable extends Error {}

/** SQL for what is at a path of a level; `rank` counts what is tried before it. */
export type Read = (level: Level, path: JsonPath, rank: number) => string

/** `name`: a text that few rows differ in, so that the reader of the rows can look at each. */
type Usage = 'text' | 'name' | 'presence'

/** What one chain's records look like in SQL. Building it adds the leaves it needs to the trees. */
export class ChainSql {
  private readonly uses = new Map<string, { level: Level; path: JsonPath; usage: Usage }>()
  /** Where times are. */
  readonly times: { level: Level; path: JsonPath }[] = []
  protected readonly others = new Set<string>()

  constructor(readonly levels: readonly Level[]) {}

  get document(): Level {
    const last = this.levels.at(-1)
    if (!last) throw new Unprojectable('a chain has at least one level')
    return last
  }

  /** Where one of these holds, SQL may read the record otherwise than the decoder. */
  doubts(): string[] {
    const doubts = [...this.uses].flatMap(([leaf, { level, path, usage }]) => {
      if (usage === 'name' && level.json === null) return []
      const doubt = usage === 'presence' ? isHardlyScalar(leaf) : isAmbiguous(leaf)
      if (level.json === null) return doubt
      const type = `json_type(${level.json}, ${quoteText(jsonPointer(path))})`
      return `CASE WHEN ${doubt} THEN ${type} IS DISTINCT FROM 'VARCHAR' ELSE false END`
    })
    const bodies = this.levels.flatMap((level) => [
      ...this.headers(level),
      ...this.pointer(level),
      ...this.otherBody(level),
    ])
    return [...doubts, ...this.others, ...bodies]
  }

  /** What is kept elsewhere, the decoder fetches or marks. */
  private pointer(level: Level): string[] {
    const { claim } = level.envelope
    if (!claim) return []
    if (!level.tree.add(claim.at)) return ['true']
    return [`${leafExpression(level.root, claim.at)} IS NOT NULL`]
  }

  /** Where a body is not the one of its checksum, the decoder says so. */
  private otherBody(level: Level): string[] {
    const { inner, bodyMd5 } = level.envelope
    if (!inner || !bodyMd5) return []
    if (!level.tree.add(bodyMd5)) return ['true']
    const sum = leafExpression(level.root, bodyMd5)
    return [`system.main.md5(${leafExpression(level.root, inner)}) <> ${sum}`]
  }

  /** The decoder puts CloudEvents in binary mode together, and finds marks of replays. */
  private headers(level: Level): string[] {
    const { headers } = level.envelope
    if (!headers) return []
    if (typeof headers === 'function' || !level.tree.add(headers)) return ['true']
    const text = `lower(${leafExpression(level.root, headers)})`
    return ['specversion', REPLAY_HEADER].map((name) => `contains(${text}, ${quoteText(name)})`)
  }

  doubt(condition: string): void {
    this.others.add(condition)
  }

  /** A list of texts. */
  list(texts: readonly string[]): string {
    return texts.length === 0 ? 'CAST([] AS VARCHAR[])' : `list_value(${texts.join(', ')})`
  }

  /** The text of whatever is at a place, NULL where nothing or null is. The caller takes only what
   * it is sure of: a text that is an object, for one, is not to be told from an object. */
  leaf(level: Level, path: JsonPath): string {
    if (!level.tree.add(path)) throw new Unprojectable(`${path.join('.')} collides`)
    return leafExpression(level.root, path)
  }

  /** {@link leaf}, where a time may be. */
  time(level: Level, path: JsonPath): string {
    this.times.push({ level, path })
    return this.leaf(level, path)
  }

  /** The text of a scalar, NULL where there is none; what is not certain is a doubt. */
  text(level: Level, path: JsonPath): string {
    const leaf = this.leaf(level, path)
    this.uses.set(leaf, { level, path, usage: 'text' })
    return leaf
  }

  /** As {@link text}, for a field that is named: see {@link namingFields}. `rank` counts what is
   * tried before: a source or type that may be hidden behind another is looked at by nobody. */
  textOf(field: FieldName, level: Level, path: JsonPath, rank: number): string {
    const leaf = this.leaf(level, path)
    const isName = rank === 0 && (field === 'source' || field === 'type')
    const usage = isName && this.uses.get(leaf)?.usage !== 'text' ? 'name' : 'text'
    this.uses.set(leaf, { level, path, usage })
    return namingFields.has(field) ? nonEmpty(leaf) : leaf
  }

  /** What the wrappings say of a field: expressions, the one that counts first. `rank` is how many
   * are tried before them. */
  preset(field: FieldName, read: Read, rank = 0, order = orderOf(field)): string[] {
    let tried = rank
    const levels = order === 'outermost first' ? this.levels : [...this.levels].reverse()
    return levels.flatMap((level) => {
      const paths = fieldPaths(level.envelope, field)
      const found = paths.map((path) => read(level, path, tried++))
      const needs = field === 'key' ? level.envelope.keyNeeds : undefined
      if (!needs) return found
      const needed = this.present(level, needs)
      return found.map((text) => `CASE WHEN ${needed} IS NOT NULL THEN ${text} END`)
    })
  }

  /** Each is true for the records that are of this chain. */
  own(): string[] {
    return this.levels.flatMap((level) => this.ownOf(level))
  }

  /** Each is true for the records that are surely of none of the wrappings that come before. */
  notOthers(known: readonly Envelope[]): string[] {
    return this.levels.flatMap((level) =>
      known
        .slice(0, known.indexOf(level.envelope))
        .map((envelope) => `NOT coalesce(${possible(level, envelope)}, false)`),
    )
  }

  /** Something that is NULL where the decoder finds no scalar; what is not certain is a doubt. */
  private present(level: Level, path: JsonPath): string {
    const leaf = this.leaf(level, path)
    if (!this.uses.has(leaf)) this.uses.set(leaf, { level, path, usage: 'presence' })
    return leaf
  }

  private ownOf(level: Level): string[] {
    const { envelope, root, json } = level
    if (envelope.when.length > 0)
      return envelope.when.map((condition) => this.holds(level, condition))
    // Broken lines and what is no object have no leaves either.
    if (json === null || root === null) return [someLeaf(level, [])]
    return [`${root} IS NOT NULL`, `starts_with(ltrim(${json}, ' \t\r\n'), '{')`]
  }

  private holds(level: Level, { path, is, equals }: Condition): string {
    const { tree, root, json } = level
    if (is === 'object' && tree.isStruct(path)) {
      const some = someLeaf(level, path)
      if (json === null || root === null) return some
      const type = `json_type(${json}, ${quoteText(jsonPointer(path))})`
      return `CASE WHEN ${some} THEN true WHEN ${root} IS NOT NULL THEN ${type} = 'OBJECT' END`
    }
    if (is === 'scalar') {
      if (equals !== undefined) return `${this.leaf(level, path)} = ${quoteText(equals)}`
      return `${this.present(level, path)} IS NOT NULL`
    }
    if (is === 'body' || is === 'value') return `${this.leaf(level, path)} IS NOT NULL`
    if (!tree.add(path, 'json')) throw new Unprojectable(`${path.join('.')} collides`)
    return `starts_with(${leafExpression(root, path)}, '${is === 'array' ? '[' : '{'}')`
  }
}

type LevelOrder = 'outermost first' | 'innermost first'

function orderOf(field: FieldName): LevelOrder {
  const isOuter = field === 'receivedAt' || field === 'attempt' || field === 'transportId'
  return isOuter ? 'outermost first' : 'innermost first'
}

/** The first that is not NULL, in SQL. */
export function coalesce(texts: readonly string[]): string {
  const found = texts.filter((text) => text !== 'NULL')
  if (found.length === 0) return 'NULL'
  return found.length === 1 ? (found[0] ?? 'NULL') : `coalesce(${found.join(', ')})`
}

export function nonEmpty(text: string): string {
  return `nullif(${text}, '')`
}

/**
 * Whether a record may be of another wrapping, as far as the tree can hold what tells. Every place
 * that is read costs time, of every record: what is read anyway is used, and one place more, unless
 * an exact text tells already. Exact texts tell most, then what the wrapping names first.
 */
function possible(level: Level, envelope: Envelope): string {
  const isExact = ({ equals }: Condition) => equals !== undefined
  const exactFirst = [...envelope.when].sort((a, b) => Number(isExact(b)) - Number(isExact(a)))
  const isRead = ({ path }: Condition) => level.tree.has(path)
  const tells = exactFirst.filter(isRead)
  if (!tells.some(isExact)) {
    const more = exactFirst.find((condition) => !isRead(condition) && canRead(level, condition))
    if (more) tells.push(more)
  }
  const conditions = tells.map((condition) => mayHold(level, condition))
  if (envelope.mostKeys === 1)
    conditions.push(`NOT (${someLeafBeside(level, envelope.when[0]?.path[0])})`)
  return conditions.length === 0 ? 'true' : conditions.map((c) => `(${c})`).join(' AND ')
}

function canRead({ tree }: Level, { path, is }: Condition): boolean {
  return tree.add(path, is === 'object' ? 'json' : 'text')
}

function mayHold(level: Level, { path, is, equals }: Condition): string {
  const place = leafExpression(level.root, path)
  // DuckDB makes a struct of NULLs of what is no object.
  const present = `${place} IS NOT NULL`
  if (level.tree.isStruct(path)) {
    return is === 'scalar' ? `${present} AND NOT (${someLeaf(level, path)})` : present
  }
  return equals === undefined ? present : `${place} = ${quoteText(equals)}`
}

/** Whether a document surely has more than one key. */
function someLeafBeside({ tree, root }: Level, key: string | number | undefined): string {
  const leaves = tree.leavesBelow([]).filter(([first]) => first !== key)
  if (leaves.length === 0) return 'false'
  return leaves.map((leaf) => `${leafExpression(root, leaf)} IS NOT NULL`).join(' OR ')
}

/** A struct with no field cannot be told from a value that is no object. */
function someLeaf({ tree, root }: Level, path: JsonPath): string {
  const leaves = tree.leavesBelow(path)
  if (leaves.length === 0) return 'false'
  return leaves.map((leaf) => `${leafExpression(root, leaf)} IS NOT NULL`).join(' OR ')
}
