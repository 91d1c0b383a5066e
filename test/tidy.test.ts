import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { edgeCycles, heavyImports, importCycles, wrongDirections } from './tidy/imports.js'
import { bannedFolders } from './tidy/rooms.js'
import { foldersBelow, linesOf, nodes, type Source, sources } from './tidy/source.js'

const product = sources('bin', 'commands', 'dashboards', 'src')
const everything = [...product, ...sources('test', 'scripts', 'bench')]
const shipped = product.filter(({ path }) => path !== 'bin/dev.js')
const lines = ({ text }: Source) => text.trimEnd().split('\n')
const below = (folder: string) => product.filter(({ path }) => path.startsWith(`${folder}/`))

/** `file:line` of every line that matches, apart from the files where it is allowed. */
function grep(files: readonly Source[], pattern: RegExp, allowed = /^$/): string[] {
  return files
    .filter(({ path }) => !allowed.test(path))
    .flatMap((file) =>
      lines(file).flatMap((line, i) => (pattern.test(line) ? [`${file.path}:${i + 1}`] : [])),
    )
}

describe('sizes', () => {
  test('a function has at most 70 lines', () => {
    const long = [...product, ...sources('scripts')].flatMap((file) =>
      nodes(file)
        .filter((node) => ts.isFunctionLike(node) && 'body' in node && node.body)
        .map((node) => linesOf(file, node))
        .filter(({ count }) => count > 70)
        .map(({ first, count }) => `${file.path}:${first} has ${count} lines`),
    )
    expect(long).toEqual([])
  })

  test('a file has at most 300 lines, a command at most 80', () => {
    const limit = (path: string) => (path.startsWith('commands/') ? 80 : 300)
    const long = product
      .filter((file) => lines(file).length > limit(file.path))
      .map((file) => `${file.path} has ${lines(file).length} lines`)
    expect(long).toEqual([])
  })

  test('a line has at most 100 columns', () => {
    expect(grep(everything, /^.{101}/u)).toEqual([])
  })
})

describe('imports', () => {
  test('run downwards, and inside a floor along the table', () => {
    expect(wrongDirections(shipped)).toEqual([])
  })

  test('have no cycles', () => {
    expect([...importCycles(product), ...edgeCycles()]).toEqual([])
  })

  test('load no slow module before a command needs it', () => {
    const entries = ['src/cli/start.ts', ...below('commands').map(({ path }) => path)]
    expect(heavyImports(product, entries)).toEqual([])
  })
})

describe('rooms', () => {
  test('every file in commands/ exports a Command as its default', () => {
    const others = below('commands').filter((file) => !file.tree.statements.some(isDefaultCommand))
    expect(others.map(({ path }) => path)).toEqual([])
  })

  test('no folder has a name that says nothing', () => {
    const folders = ['bin', 'commands', 'dashboards', 'queries', 'src', 'test', 'scripts', 'bench']
    const drawers = folders.flatMap(foldersBelow).filter((path) => {
      const inside = path === 'test/helpers' ? [] : path.split('/')
      return inside.some((name) => bannedFolders.includes(name))
    })
    expect(drawers).toEqual([])
  })

  test('the console is used in src/cli and src/ui alone', () => {
    expect(grep(product, /\bconsole\.\w+\(/, /^src\/(cli|ui)\//)).toEqual([])
  })

  test('SDK clients are built in src/aws alone', () => {
    expect(grep(product, /\bnew [A-Z]\w*Client\(/, /^src\/aws\//)).toEqual([])
  })
})

describe('words', () => {
  const own = /^test\/tidy/

  test('work that is left names its issue', () => {
    expect(grep(everything, /\b(TODO|FIXME)\b(?! ?\(?#\d+)/, own)).toEqual([])
  })

  test('no test is skipped or alone', () => {
    const focus = /\b(it|test|describe)(\.\w+)*\.(skip|only|todo)\b/
    expect(grep(sources('test'), focus, own)).toEqual([])
  })
})

function isDefaultCommand(node: ts.Statement): boolean {
  if (!ts.isClassDeclaration(node) || !node.heritageClauses) return false
  const modifiers = (node.modifiers ?? []).map(({ kind }) => kind)
  return modifiers.includes(ts.SyntaxKind.DefaultKeyword)
}
