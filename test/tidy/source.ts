import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import ts from 'typescript'
import { root } from '../helpers/cli.js'

export interface Source {
  /** From the root of the repository, with slashes. */
  readonly path: string
  readonly text: string
  readonly tree: ts.SourceFile
}

export interface Import {
  /** A path of ours from the root of the repository, or the name of a package. */
  readonly target: string
  readonly ours: boolean
  readonly kind: 'value' | 'type' | 'dynamic'
}

const isCode = (path: string) => /\.(ts|tsx|js|mjs)$/.test(path)

function filesBelow(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

export function foldersBelow(folder: string): string[] {
  return [...new Set(filesBelow(folder).map(dirname))]
}

export function sources(...folders: string[]): Source[] {
  return folders.flatMap(filesBelow).filter(isCode).map(parse)
}

function parse(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8')
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) }
}

/** Every node of a file, depth first. */
export function nodes(source: Source): ts.Node[] {
  const found: ts.Node[] = []
  const visit = (node: ts.Node) => {
    found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(source.tree)
  return found
}

export function linesOf(source: Source, node: ts.Node): { first: number; count: number } {
  const first = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line
  const last = source.tree.getLineAndCharacterOfPosition(node.getEnd()).line
  return { first: first + 1, count: last - first + 1 }
}

export function imports(source: Source): Import[] {
  return nodes(source).flatMap((node) => {
    const found = importOf(node)
    if (!found) return []
    const ours = found.name.startsWith('.')
    return [
      { kind: found.kind, ours, target: ours ? resolve(source.path, found.name) : found.name },
    ]
  })
}

function importOf(node: ts.Node): { name: string; kind: Import['kind'] } | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return { name: node.moduleSpecifier.text, kind: isTypeImport(node) ? 'type' : 'value' }
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    const kind = node.isTypeOnly ? 'type' : 'value'
    return ts.isStringLiteral(node.moduleSpecifier)
      ? { name: node.moduleSpecifier.text, kind }
      : undefined
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    const { literal } = node.argument
    return ts.isStringLiteral(literal) ? { name: literal.text, kind: 'type' } : undefined
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [name] = node.arguments
    return name && ts.isStringLiteral(name) ? { name: name.text, kind: 'dynamic' } : undefined
  }
  return undefined
}

/** `import type …`, and `import { type A, type B }`. */
function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false
  if (importClause.isTypeOnly) return true
  const { namedBindings } = importClause
  return (
    !importClause.name &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.length > 0 &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  )
}

/** TypeScript's sources import each other by the names of what they are compiled to. */
function resolve(from: string, name: string): string {
  const path = normalize(join(dirname(from), name))
    .replaceAll('\\', '/')
    .replace(/^dist\//, '')
  const stem = path.replace(/\.js$/, '')
  return [`${stem}.ts`, `${stem}.tsx`, path].find((file) => existsSync(join(root, file))) ?? path
}
