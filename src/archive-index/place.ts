import { createHash } from 'node:crypto'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isRemote } from '../archives/address.js'
import { INDEX_MARK } from '../archives/folder.js'
import { makeFolder } from '../archives/make-folder.js'
import { cacheFolder } from '../config/cache-folder.js'

/** Of whom an index is looked for. */
export interface IndexOwner {
  /** As resolved: addresses, relative ones to `cwd`. */
  sources: readonly string[]
  cwd: string
  env: Readonly<Record<string, string | undefined>>
}

/** Where the index of these SOURCEs is: beside the archive, where it was built to with `--to`, else
 * in the cache. */
export async function indexFolder(owner: IndexOwner): Promise<string> {
  const beside = besideFolder(owner)
  if (beside !== undefined && (await isIndex(beside))) return beside
  return (await toldFolder(owner)) ?? ownFolder(owner)
}

/** All places where indexes of these SOURCEs can be: a new one may be built elsewhere than the one
 * before. */
export async function indexFolders(owner: IndexOwner): Promise<string[]> {
  const folders = [besideFolder(owner), await toldFolder(owner), ownFolder(owner)]
  return [...new Set(folders.flatMap((folder) => folder ?? []))]
}

/** The folder beside an archive: `archive.evt-index` for `archive/`. Undefined for several SOURCEs,
 * and for what is no plain path. */
export function besideFolder({ sources, cwd }: IndexOwner): string | undefined {
  const [source, ...others] = addresses({ sources, cwd })
  const isPlain = source !== undefined && !isRemote(source) && !/[*?[\]{}]/.test(source)
  return !isPlain || others.length > 0 ? undefined : `${source}.evt-index`
}

/** The folder in the cache that is for these SOURCEs. */
export function ownFolder(owner: IndexOwner): string {
  return join(noteFolder(owner), keyOf(owner))
}

/** Remembers where the index of these SOURCEs was built to. */
export async function tellFolder(owner: IndexOwner, folder: string): Promise<void> {
  const file = noteFile(owner)
  await makeFolder(noteFolder(owner))
  const aside = `${file}.${process.pid}`
  await writeFile(aside, JSON.stringify({ folder, sources: addresses(owner) }), { mode: 0o600 })
  await rename(aside, file)
}

export async function forgetFolder(owner: IndexOwner): Promise<void> {
  await rm(noteFile(owner), { force: true })
}

export function addresses({ sources, cwd }: Pick<IndexOwner, 'sources' | 'cwd'>): string[] {
  return sources.map((source) => (isRemote(source) ? source : resolve(cwd, source))).sort()
}

function toldFolder(owner: IndexOwner): Promise<string | undefined> {
  return folderIn(noteFile(owner))
}

/** Where a note says that an index was built to; undefined where there is no such note. */
export async function folderIn(note: string): Promise<string | undefined> {
  try {
    const told: unknown = JSON.parse(await readFile(note, 'utf8'))
    const folder: unknown = typeof told === 'object' && told !== null && Reflect.get(told, 'folder')
    return typeof folder === 'string' ? folder : undefined
  } catch {
    return undefined
  }
}

function isIndex(folder: string): Promise<boolean> {
  return stat(join(folder, INDEX_MARK)).then(
    () => true,
    () => false,
  )
}

function noteFile(owner: IndexOwner): string {
  return join(noteFolder(owner), `${keyOf(owner)}.json`)
}

/** Where evt notes what was built elsewhere, and where it builds itself. */
export function noteFolder({ env }: Pick<IndexOwner, 'env'>): string {
  return join(cacheFolder(env), 'index')
}

/** What names of notes about these SOURCEs begin with. */
export function keyOf(owner: IndexOwner): string {
  return createHash('sha256').update(addresses(owner).join('\n')).digest('hex').slice(0, 16)
}
