import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { TextPlace } from './file-places.js'

/** Where a file stands now that stood under another name of its folder. It is told by its inode,
 * which a new file may have got since: one of which nothing was read has to be named alike, too. */
export async function renamedFile(
  file: string,
  path: string,
  { ino, readTo }: TextPlace,
): Promise<{ file: string; path: string } | undefined> {
  const folder = dirname(file)
  const [stem = ''] = basename(file).split('.')
  for (const name of await readdir(folder).catch(() => [])) {
    if (readTo === 0 && !name.startsWith(stem)) continue
    const now = await stat(join(folder, name)).catch(() => undefined)
    if (now?.isFile() && now.ino === ino) {
      return { file: join(folder, name), path: join(dirname(path), name) }
    }
  }
  return undefined
}
