import { type Dirent, readdir } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { type FileSystemAdapter, glob } from 'tinyglobby'
import { EvtError } from '../errors.js'
import { INDEX_MARK, isSkipped, listFolder, shownBelow } from './folder.js'
import { missing } from './missing.js'
import type { FilePlace } from './place.js'
import { codeOf, readError } from './read-error.js'
import { isGlob } from './wildcards.js'

/**
 * The files that a glob matches, and those below the folders it matches, without what a folder
 * would leave out.
 *
 * @throws EvtError `usage` where it matches nothing, or a folder on the way must not be read
 */
export async function listGlob(pattern: string, cwd: string): Promise<FilePlace[]> {
  const { base, inside } = partsOfGlob(pattern)
  const root = resolve(cwd, base)
  if (!(await exists(root))) throw await missing(base, cwd)
  const found: FilePlace[] = []
  const indexes = new Map<string, boolean>()
  for (const match of await matches(inside, root, base)) {
    const names = match.split('/').filter((name) => name !== '')
    if (names.some(isSkipped) || (await isInIndex(root, names, indexes))) continue
    found.push(...(await placesAt(base, root, names.join('/'))))
  }
  if (found.length > 0) return found
  throw new EvtError(`no files match ${pattern}`, {
    code: 'usage',
    hint: `a folder is read with all that is below it: ${base === '' ? '.' : base}`,
  })
}

/** The folders before the first name with a wildcard, and the pattern below them. */
export function partsOfGlob(pattern: string): { base: string; inside: string } {
  const base = fixedPart(pattern)
  return { base, inside: pattern.slice(base.length).replace(/^\/+/, '') }
}

function fixedPart(pattern: string): string {
  const names = pattern.split('/')
  const first = names.findIndex(isGlob)
  const fixed = names.slice(0, first).join('/')
  return fixed === '' && first > 0 ? '/' : fixed
}

/** tinyglobby passes over folders that it cannot read. */
async function matches(pattern: string, root: string, base: string): Promise<string[]> {
  let failure: EvtError | undefined
  const watched = (
    folder: string,
    options: { withFileTypes: true },
    done: (error: NodeJS.ErrnoException | null, entries: Dirent[]) => void,
  ) =>
    readdir(folder, options, (error, entries) => {
      if (error)
        failure ??= readError(
          shownBelow(base, folder.slice(root.length).replace(/^\/|\/$/g, '')),
          error,
        )
      done(error, entries)
    })
  // The only one of readdir's forms that tinyglobby uses.
  const fs = { readdir: watched } as FileSystemAdapter
  const options = { cwd: root, onlyFiles: false, expandDirectories: false, fs }
  const found = await glob(pattern, options)
  if (failure) throw failure
  return found
}

/** Whether a glob would find a file that is to be made, or a folder that it is to be in. */
export async function couldMatch(
  pattern: string,
  { root, file }: { root: string; file: string },
): Promise<boolean> {
  const names = relative(root, file).split(sep)
  if (names[0] === '..') return false
  // What is there once the file is, and nothing else.
  const readdir = (
    folder: string,
    _: { withFileTypes: true },
    done: (error: null, entries: Dirent[]) => void,
  ) => {
    const depth = relative(root, folder).split(sep).filter(Boolean).length
    const isFile = depth === names.length - 1
    const is = { isFile: () => isFile, isDirectory: () => !isFile, isSymbolicLink: () => false }
    done(null, [{ name: names[depth] ?? '', ...is } as Dirent])
  }
  const fs = { readdir } as FileSystemAdapter
  const found = await glob(pattern, { cwd: root, onlyFiles: false, expandDirectories: false, fs })
  return found.length > 0
}

async function placesAt(base: string, root: string, match: string): Promise<FilePlace[]> {
  const path = shownBelow(base, match)
  const file = join(root, match)
  const target = await stat(file).catch(() => undefined)
  if (target?.isDirectory()) {
    const places = await listFolder(path, file)
    return places.map((place) => ({ ...place, relative: join(match, place.relative) }))
  }
  if (!target) return [{ path, file, relative: match }]
  return target.isFile() ? [{ path, file: await realpath(file), relative: match }] : []
}

/** Whether a folder below the root, on the way to a match, is an index of evt. */
async function isInIndex(
  root: string,
  names: readonly string[],
  known: Map<string, boolean>,
): Promise<boolean> {
  for (let depth = 1; depth <= names.length; depth++) {
    const folder = join(root, ...names.slice(0, depth))
    const isIndex = known.get(folder) ?? (await exists(join(folder, INDEX_MARK)))
    known.set(folder, isIndex)
    if (isIndex) return true
  }
  return false
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return false
    throw readError(file, error)
  }
}
