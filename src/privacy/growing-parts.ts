import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StoredObject } from '../archives/object.js'
import { OWN_FOLDER } from '../record/store.js'

const GROWING = '.part'

/**
 * What `evt record` has taken and not put in place yet, in the folders that are searched: it is no
 * archive, and becomes one afterwards. Where it was killed it lies there until it goes on.
 *
 * @param places absolute
 */
export async function growingParts(
  places: readonly string[],
  objects: readonly StoredObject[],
): Promise<{ path: string; reason: string }[]> {
  const folders = new Map(places.map((place) => [place, place]))
  for (const object of objects) {
    if (object.kind !== 'file') continue
    // Parts lie in folders of hours, and in events/ in those of dates.
    let [path, file] = [dirname(dirname(object.path)), dirname(dirname(object.file))]
    folders.set(file, path)
    ;[path, file] = [dirname(path), dirname(file)]
    folders.set(file, path)
  }
  const found: { path: string; reason: string }[] = []
  for (const [folder, path] of folders) {
    const names = await readdir(join(folder, OWN_FOLDER)).catch(() => [])
    for (const name of names.filter((one) => one.endsWith(GROWING))) {
      const reason =
        'is what evt record puts in place later: end it, or let it go on, and plan again'
      found.push({ path: join(path, OWN_FOLDER, name), reason })
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}
