import { edges, floors, heavyModules } from './rooms.js'
import { type Import, imports, type Source } from './source.js'

/** The room of a file: the folder below src/, or the top folder. */
function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/')
  return top === 'src' ? second.replace(/\.tsx?$/, '') : top
}

export function wrongDirections(files: readonly Source[]): string[] {
  return files.flatMap((file) =>
    imports(file)
      .filter(({ ours }) => ours)
      .flatMap(({ target }) => {
        const why = refusal(roomOf(file.path), roomOf(target))
        return why ? [`${file.path} imports ${target}: ${why}`] : []
      }),
  )
}

function refusal(from: string, to: string): string | undefined {
  if (from === to) return undefined
  if (to === 'commands') return 'nothing imports commands/'
  const [upper, lower] = [floorOf(from), floorOf(to)]
  const unknown = upper === -1 ? from : to
  if (upper === -1 || lower === -1) return `the room ${unknown} is not in test/tidy/rooms.ts`
  if (lower > upper) return undefined
  if (lower < upper) return `${to} is a floor above ${from}`
  if (edges[from]?.includes(to)) return undefined
  return `the edge ${from} → ${to} is not in test/tidy/rooms.ts`
}

function floorOf(room: string): number {
  return floors.findIndex((rooms) => rooms.includes(room))
}

/** Rooms of one floor must not import each other in a circle either. */
export function edgeCycles(): string[] {
  return cycles(new Map(Object.entries(edges).map(([room, to]) => [room, [...to]])))
}

export function importCycles(files: readonly Source[]): string[] {
  const graph = files.map((file): [string, string[]] => [file.path, ourTargets(file, isStatic)])
  return cycles(new Map(graph))
}

const isStatic = ({ kind }: Import) => kind !== 'dynamic'
const isLoaded = ({ kind }: Import) => kind === 'value'

function ourTargets(file: Source, wanted: (found: Import) => boolean): string[] {
  return imports(file)
    .filter((found) => found.ours && wanted(found))
    .map(({ target }) => target)
}

function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, above: readonly string[]) => {
    const start = above.indexOf(path)
    if (start !== -1) found.push([...above.slice(start), path].join(' → '))
    if (start !== -1 || done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...above, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return found
}

/** What is loaded, by static imports, before a command starts, and should not be. */
export function heavyImports(files: readonly Source[], entries: readonly string[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  return entries.flatMap((entry) => {
    const found: string[] = []
    const seen = new Set<string>()
    const visit = (path: string, above: readonly string[]) => {
      const file = byPath.get(path)
      if (!file || seen.has(path)) return
      seen.add(path)
      const chain = [...above, path]
      for (const { target, ours } of imports(file).filter(isLoaded)) {
        if (ours) visit(target, chain)
        else if (heavyModules.some((heavy) => heavy.test(target))) {
          found.push([...chain, target].join(' → '))
        }
      }
    }
    visit(entry, [])
    return found
  })
}
