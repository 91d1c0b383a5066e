import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { removeCopies } from '../archive-index/copies.js'
import { dropFolder } from '../archive-index/drop.js'
import { readManifest } from '../archive-index/manifest.js'
import { indexFolders, noteFolder } from '../archive-index/place.js'
import { codeOf, readError } from '../archives/read-error.js'
import type { AwsOptions } from '../aws/options.js'
import { typesFile } from '../config/cache-folder.js'
import { temporaryLeft } from '../leftovers/of-killed.js'
import { TEMP_PREFIX } from './open-buckets.js'

export interface ErasedPlaces {
  sources: readonly string[]
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** Absolute, and addresses of objects of S3. */
  files: readonly string[]
  aws: AwsOptions
}

/**
 * Removes what evt derived from objects that held a subject: their indexes, wherever they were
 * built and whatever they are called, with their copies in S3, the types that completion offers,
 * and what an erasure that was killed had read. All of it can be made again.
 *
 * @returns the folders of the indexes, and the prefixes of S3
 * @throws EvtError `outside` where a copy in S3 cannot be removed
 */
export async function dropDerived(places: ErasedPlaces): Promise<string[]> {
  const { sources, cwd, env, files, aws } = places
  const own = await indexFolders({ sources, cwd, env })
  const folders = [...new Set([...own, ...(await knownFolders(env))])]
  const dropped: string[] = []
  for (const folder of folders) {
    if (!(await isOf(folder, { own, files }))) continue
    // Copies first: by what is here they are found.
    const manifest = await readManifest(folder)
    const called = typeof manifest === 'string' ? sources : manifest.sources
    dropped.push(...(await removeCopies({ sources: called, cwd, env }, aws)))
    await dropFolder(folder)
    dropped.push(folder)
  }
  dropped.push(...(await removeCopies({ sources, cwd, env }, aws)))
  await rm(typesFile(env), { force: true })
  await dropLeft()
  return dropped
}

/** Copies of objects that an erasure made which was killed. */
async function dropLeft(): Promise<void> {
  for (const { name, remove } of await temporaryLeft()) {
    if (basename(name).startsWith(TEMP_PREFIX)) await remove()
  }
}

async function isOf(
  folder: string,
  { own, files }: { own: readonly string[]; files: readonly string[] },
): Promise<boolean> {
  const manifest = await readManifest(folder)
  if (manifest === 'absent') return false
  // What it has of earlier states of an object may be of the subject too.
  if (own.includes(folder) || manifest === 'damaged') return own.includes(folder)
  const erased = new Set(files)
  return manifest.objects.some(({ file }) => erased.has(file) || erased.has(addressIn(file)))
}

/** What identifies an object of S3 is its address and which state of it was read. */
function addressIn(file: string): string {
  return file.startsWith('s3://') ? file.slice(0, file.lastIndexOf(' ')) : file
}

/** In the cache, and where others were built to. */
async function knownFolders(env: ErasedPlaces['env']): Promise<string[]> {
  const above = noteFolder({ env })
  const names = await readdir(above).catch((error): string[] => {
    if (codeOf(error) === 'ENOENT') return []
    throw readError(above, error)
  })
  const known = names.map((name) => {
    const path = join(above, name)
    return name.endsWith('.json') ? toldIn(path) : path
  })
  return (await Promise.all(known)).filter((folder) => folder !== undefined)
}

async function toldIn(note: string): Promise<string | undefined> {
  try {
    const told: unknown = JSON.parse(await readFile(note, 'utf8'))
    const folder: unknown = typeof told === 'object' && told !== null && Reflect.get(told, 'folder')
    return typeof folder === 'string' ? folder : undefined
  } catch {
    return undefined
  }
}
