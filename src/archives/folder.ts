import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FilePlace } from './place.js'
import { codeOf, readError } from './read-error.js'

/** A folder that holds it is an index of evt. */
export const INDEX_MARK = 'evt-index.json'
const ownFiles: readonly string[] = ['truth.json', 'evt.yaml', 'evt.yml', INDEX_MARK]

/** A folder still to be read. */
interface Level {
  path: string
  real: string
  relative: string
}

/**
 * The files below a folder, links followed, each folder once. Left out: what {@link isSkipped}, and
 * indexes of evt.
 *
 * @throws EvtError `usage` where a folder must not be read
 */
export async function listFolder(path: string, folder: string): Promise<FilePlace[]> {
  const found: FilePlace[] = []
  const seen = new Set<string>()
  // Links wait until what is really there has been walked: each file keeps its real path.
  const links: Level[] = []
  const levels: Level[] = [{ path, real: await realpath(folder), relative: '' }]
  for (let level = levels.pop() ?? links.shift(); level; level = levels.pop() ?? links.shift()) {
    if (seen.has(level.real)) continue
    seen.add(level.real)
    const entries = await entriesOf(level)
    const isIndex = entries.some(({ name }) => name === INDEX_MARK)
    if (isIndex && level.relative !== '') continue
    for (const entry of entries) {
      if (isSkipped(entry.name)) continue
      const inside = below(level, entry.name)
      if (entry.isDirectory()) levels.push(inside)
      else if (entry.isFile()) found.push(filePlace(inside))
      else if (entry.isSymbolicLink()) await follow(inside, links, found)
    }
  }
  return found
}

/** What is never read as events: hidden files, what Hive and Spark leave behind, evt's own
 * files. */
export function isSkipped(name: string): boolean {
  return /^[._]/.test(name) || ownFiles.includes(name) || name.endsWith('.evt-index')
}

/** A path is shown as typed, with one slash before what is below it; `.` is not shown. */
export function shownBelow(path: string, relative: string): string {
  if (path === '' || path === '.' || path === './') return relative
  return /[/:]$/.test(path) ? `${path}${relative}` : `${path}/${relative}`
}

async function entriesOf({ path, real }: Level): Promise<Dirent[]> {
  try {
    const entries = await readdir(real, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    throw readError(path, error)
  }
}

function below(level: Level, name: string): Level {
  return {
    path: shownBelow(level.path, name),
    real: join(level.real, name),
    relative: join(level.relative, name),
  }
}

function filePlace({ path, real, relative }: Level): FilePlace {
  return { path, file: real, relative }
}

/** A link that leads nowhere is listed, so that the result says it could not be read; one that
 * leads back to itself is not. */
async function follow(link: Level, links: Level[], found: FilePlace[]): Promise<void> {
  try {
    const target = await stat(link.real)
    const place = { ...link, real: await realpath(link.real) }
    if (target.isDirectory()) links.push(place)
    else if (target.isFile()) found.push(filePlace(place))
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') found.push(filePlace(link))
    else if (code !== 'ELOOP') throw readError(link.path, error)
  }
}
