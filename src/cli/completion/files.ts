import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { RunPlace } from '../types-seen.js'
import type { Candidate } from './candidate.js'

const MAX_FILES = 1000

/** Files and folders whose paths begin as typed; hidden ones where a dot was typed. */
export async function fileCandidates(
  typed: string,
  place: RunPlace,
  kind: 'any' | 'folder' = 'any',
): Promise<Candidate[]> {
  const end = typed.lastIndexOf('/') + 1
  const [folder, start] = [typed.slice(0, end), typed.slice(end)]
  const path = resolve(place.cwd, withHome(folder, place))
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  const named = entries.filter(
    ({ name }) =>
      name.startsWith(start) &&
      (start !== '' || !name.startsWith('.')) &&
      !(folder === '' && name.startsWith('-')) &&
      // Names that a terminal would obey can be typed by nobody.
      !/[\p{C}\u2028\u2029]/u.test(name),
  )
  const found = named.slice(0, MAX_FILES).map(async (entry): Promise<Candidate | null> => {
    const isFolder = await leadsToFolder(path, entry)
    if (kind === 'folder' && !isFolder) return null
    return { value: `${folder}${entry.name}${isFolder ? '/' : ''}` }
  })
  return (await Promise.all(found)).filter((candidate) => candidate !== null)
}

function withHome(folder: string, { env }: RunPlace): string {
  return folder.startsWith('~/') ? join(env['HOME'] || homedir(), folder.slice(2)) : folder
}

async function leadsToFolder(path: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  const target = await stat(join(path, entry.name)).catch(() => null)
  return target?.isDirectory() ?? false
}
