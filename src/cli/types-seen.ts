import { readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../archives/make-folder.js'
import { typesFile } from '../config/cache-folder.js'

/** Where evt was run. */
export interface RunPlace {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The types that evt met in a folder, the last met first. */
interface FolderTypes {
  folder: string
  types: string[]
}

const SCHEMA = 'evt.types/1'
const MAX_FOLDERS = 50
const MAX_TYPES = 200
const MAX_CHARACTERS = 200

/**
 * Keeps the names of types for completion, by working directory, in XDG_CACHE_HOME; nothing else of
 * an event. A cache that cannot be written is no cache, and no failure.
 */
export async function rememberTypes(types: readonly string[], place: RunPlace): Promise<void> {
  const met = types.filter((type) => type !== '' && type.length <= MAX_CHARACTERS)
  if (met.length === 0) return
  const before = await readFolders(place)
  const known = before.find(({ folder }) => folder === place.cwd)?.types ?? []
  const merged = [...new Set([...met, ...known])].slice(0, MAX_TYPES)
  const others = before.filter(({ folder }) => folder !== place.cwd)
  const folders = [{ folder: place.cwd, types: merged }, ...others].slice(0, MAX_FOLDERS)
  const file = typesFile(place.env)
  const aside = `${file}.${process.pid}`
  try {
    await makeFolder(dirname(file))
    await writeFile(aside, JSON.stringify({ schema: SCHEMA, folders }), { mode: 0o600 })
    await rename(aside, file)
  } catch {
    // A home that is read-only or full: completion knows less.
  }
}

/** The types met in this folder, else those met in any. */
export async function typesSeen(place: RunPlace): Promise<string[]> {
  const folders = await readFolders(place)
  const here = folders.find(({ folder }) => folder === place.cwd)
  return here?.types ?? [...new Set(folders.flatMap(({ types }) => types))]
}

async function readFolders(place: RunPlace): Promise<FolderTypes[]> {
  try {
    const read: unknown = JSON.parse(await readFile(typesFile(place.env), 'utf8'))
    const folders = property(read, 'folders')
    if (property(read, 'schema') !== SCHEMA || !Array.isArray(folders)) return []
    return folders.flatMap((each) => {
      const [folder, types] = [property(each, 'folder'), property(each, 'types')]
      if (typeof folder !== 'string' || !Array.isArray(types)) return []
      return [{ folder, types: types.filter((type) => typeof type === 'string') }]
    })
  } catch {
    return []
  }
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined
}
