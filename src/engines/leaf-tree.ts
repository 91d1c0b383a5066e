import type { JsonPath } from '../event/json-path.js'

/** What a leaf is read as: its text (DuckDB VARCHAR), or its JSON. */
export type LeafKind = 'text' | 'json'

interface Node {
  leaf: LeafKind | null
  readonly children: Map<string | number, Node>
}

/**
 * The parts of a JSON document that a query needs, as a tree that compiles to DuckDB's types: a
 * scan with named struct fields is several times cheaper than extracting path by path.
 */
export class LeafTree {
  private readonly root: Node = { leaf: null, children: new Map() }

  /** False where DuckDB cannot hold the path beside those that are already there: its field names
   * differ by case alone, or the same place is needed whole and in parts. Nothing is added then. */
  add(path: JsonPath, kind: LeafKind = 'text'): boolean {
    if (path.length === 0 || !this.fits(path, kind)) return false
    let node = this.root
    for (const step of path) {
      const next = node.children.get(step) ?? { leaf: null, children: new Map() }
      node.children.set(step, next)
      node = next
    }
    node.leaf = kind
    return true
  }

  has(path: JsonPath): boolean {
    const node = this.find(path)
    return node !== null && (node.leaf !== null || node.children.size > 0)
  }

  get isEmpty(): boolean {
    return this.root.children.size === 0
  }

  /** Whether the path is read in parts, as a struct, and neither as one leaf nor as a list. */
  isStruct(path: JsonPath): boolean {
    const [child] = this.find(path)?.children.keys() ?? []
    return typeof child === 'string'
  }

  /** The paths of all leaves at or below a path. */
  leavesBelow(path: JsonPath): JsonPath[] {
    const node = this.find(path)
    return node ? leavesOf(node, path) : []
  }

  /** `{"id": 'VARCHAR', "detail": 'STRUCT("seq" VARCHAR)'}`, for read_json. */
  columns(): string {
    const columns = [...this.root.children].map(
      ([name, node]) => `${quoteName(String(name))}: ${quoteText(typeOf(node))}`,
    )
    return `{${columns.join(', ')}}`
  }

  /** The same as a structure for from_json. */
  structure(): string {
    return JSON.stringify(structureOf(this.root))
  }

  private find(path: JsonPath): Node | null {
    let node: Node | undefined = this.root
    for (const step of path) node = node?.children.get(step)
    return node ?? null
  }

  private fits(path: JsonPath, kind: LeafKind): boolean {
    let node: Node | undefined = this.root
    for (const step of path) {
      if (node.leaf !== null) return false
      const siblings: (string | number)[] = [...node.children.keys()]
      if (siblings.some((sibling) => collides(sibling, step))) return false
      node = node.children.get(step)
      if (!node) return true
    }
    return node.children.size === 0 && (node.leaf === null || node.leaf === kind)
  }
}

/** `root."detail"."items"[1]` for a path below a column; without root, below the columns. */
export function leafExpression(root: string | null, path: JsonPath): string {
  let expression = root ?? ''
  for (const step of path) {
    if (typeof step === 'number') expression += `[${step + 1}]`
    else expression += (expression === '' ? '' : '.') + quoteName(step)
  }
  return expression
}

/** A path as DuckDB's JSON functions take it: RFC 6901, which escapes fewer characters. */
export function jsonPointer(path: JsonPath): string {
  return path.map((step) => `/${escaped(String(step))}`).join('')
}

/** An SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** An SQL text literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The path of one file, for DuckDB's readers: they take `*`, `?` and `[` for a pattern, which may
 * find other files too. */
export function quoteFile(file: string): string {
  return quoteText(file.replace(/[*?[]/g, '[$&]'))
}

function escaped(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1')
}

function collides(sibling: string | number, step: string | number): boolean {
  if (typeof sibling !== typeof step) return true
  if (typeof sibling === 'number' || typeof step === 'number') return false
  return sibling !== step && sibling.toLowerCase() === step.toLowerCase()
}

function leavesOf(node: Node, path: JsonPath): JsonPath[] {
  if (node.leaf !== null) return [path]
  return [...node.children].flatMap(([step, child]) => leavesOf(child, [...path, step]))
}

function typeOf(node: Node): string {
  if (node.leaf !== null) return node.leaf === 'json' ? 'JSON' : 'VARCHAR'
  const element = elementOf(node)
  if (element) return `${typeOf(element)}[]`
  const fields = [...node.children].map(
    ([name, child]) => `${quoteName(String(name))} ${typeOf(child)}`,
  )
  return `STRUCT(${fields.join(', ')})`
}

function structureOf(node: Node): unknown {
  if (node.leaf !== null) return node.leaf === 'json' ? 'JSON' : 'VARCHAR'
  const element = elementOf(node)
  if (element) return [structureOf(element)]
  return Object.fromEntries([...node.children].map(([name, child]) => [name, structureOf(child)]))
}

/** For an array, of which some places are needed: one element that has what any of them needs. */
function elementOf(node: Node): Node | null {
  const elements = [...node.children].filter(([step]) => typeof step === 'number')
  if (elements.length === 0) return null
  const merged = new LeafTree()
  for (const [, element] of elements) {
    if (element.leaf !== null) return element
    for (const path of leavesOf(element, [])) merged.add(path)
  }
  return merged['root']
}
