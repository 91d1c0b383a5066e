import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { dropFolder } from '../archive-index/drop.js'
import { readManifest } from '../archive-index/manifest.js'
import { folderIn, noteFolder } from '../archive-index/place.js'
import { codeOf, readError } from '../archives/read-error.js'
import { cacheFolder, typesFile } from '../config/cache-folder.js'
import { EvtError } from '../errors.js'
import type { Leftover, Survey } from './leftover.js'
import { leftByKilled } from './of-killed.js'

type Environment = Readonly<Record<string, string | undefined>>

/** What evt keeps on this machine: indexes, which are copies of events, in its cache and where
 * `--to` said, and the types that completion offers, which can all be made again; and what runs
 * that were killed left in the folder for temporary files, and in this one. */
export async function leftLocally(env: Environment, cwd: string): Promise<Survey> {
  const gaps: EvtError[] = []
  const orGap = (error: unknown): Leftover[] => {
    if (!(error instanceof EvtError)) throw error
    gaps.push(error)
    return []
  }
  const found = [
    ...(await indexes(env).catch(orGap)),
    ...(await indexesElsewhere(env).catch(orGap)),
    ...(await types(env).catch(orGap)),
    ...(await leftByKilled(cwd, cacheFolder(env))),
  ]
  return { where: cacheFolder(env), found, gaps }
}

const ofCache = { owner: null, expiresMs: null, isExpired: true }

async function indexes(env: Environment): Promise<Leftover[]> {
  const above = noteFolder({ env })
  // Such as evt names them: what else is there is not evt's.
  const names = (await namesIn(above)).filter((name) => /^[0-9a-f]{16}$/.test(name)).sort()
  const found = names.map(async (name): Promise<Leftover[]> => {
    const folder = join(above, name)
    return indexIn(folder, join('index', name), () => dropFolder(folder))
  })
  return (await Promise.all(found)).flat()
}

/** Those that were built with `--to`, by the notes of where. */
async function indexesElsewhere(env: Environment): Promise<Leftover[]> {
  const above = noteFolder({ env })
  const names = (await namesIn(above)).filter((name) => /^[0-9a-f]{16}\.json$/.test(name)).sort()
  const found = names.map(async (name): Promise<Leftover[]> => {
    const note = join(above, name)
    const folder = await folderIn(note)
    if (folder === undefined) return []
    return indexIn(folder, folder, async () => {
      await dropFolder(folder)
      await rm(note, { force: true })
    })
  })
  return (await Promise.all(found)).flat()
}

/** The index in a folder, if there is one. */
async function indexIn(
  folder: string,
  name: string,
  remove: () => Promise<void>,
): Promise<Leftover[]> {
  const manifest = await readManifest(folder)
  if (manifest === 'absent') return []
  const of = manifest === 'damaged' ? null : sourcesText(manifest.sources)
  return [{ kind: 'index', name, of, sizeBytes: await sizeOf(folder), ...ofCache, remove }]
}

/** Another evt may have written it otherwise. */
function sourcesText(sources: unknown): string | null {
  return Array.isArray(sources) ? sources.join(' ') : null
}

async function types(env: Environment): Promise<Leftover[]> {
  const file = typesFile(env)
  const { size: sizeBytes } = (await statOf(file)) ?? {}
  if (sizeBytes === undefined) return []
  const remove = async () => {
    await rm(file, { force: true }).catch((cause) => {
      const message = `cannot remove ${file} (${codeOf(cause) ?? cause})`
      throw new EvtError(message, { code: 'outside', cause })
    })
  }
  return [{ kind: 'types', name: 'types.json', of: null, sizeBytes, ...ofCache, remove }]
}

async function sizeOf(folder: string): Promise<number> {
  const names = await namesIn(folder, true)
  const found = await Promise.all(names.map((name) => statOf(join(folder, name))))
  return found.reduce((sum, one) => sum + (one?.isFile() ? one.size : 0), 0)
}

/** Nothing where there is no folder. */
async function namesIn(folder: string, recursive = false): Promise<string[]> {
  return readdir(folder, { recursive }).catch((error) => {
    if (isGone(error)) return []
    throw readError(folder, error)
  })
}

async function statOf(path: string) {
  return stat(path).catch((error) => {
    if (isGone(error)) return undefined
    throw readError(path, error)
  })
}

function isGone(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'
}
