import { readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRunning } from '../archives/is-running.js'
import { codeOf } from '../archives/read-error.js'
import { tempFolderOf } from '../archives/temp-folder.js'
import { EvtError } from '../errors.js'
import type { Leftover } from './leftover.js'
import { replayCopies } from './replay-copies.js'

/** A bundle that evt gdpr extract or erase had begun, beside where it was to be. */
const bundlePart = /^\.(.+)\.part-(\d+)-[A-Za-z0-9]{6}$/

/** What runs that were killed left on this machine, which may hold events: temporary files, what a
 * replay has recorded, and in a folder what was to be a bundle. */
export async function leftByKilled(folder: string, cache: string): Promise<Leftover[]> {
  const temporary = await temporaryLeft()
  const bundles = await leftIn(folder, (name) => {
    const [, of = null, pid] = bundlePart.exec(name) ?? []
    return { pid: pid === undefined ? undefined : Number(pid), of }
  })
  const copies = new Map((await replayCopies(cache)).map(({ folder, pid }) => [folder, pid]))
  const above = join(cache, 'replay')
  const recorded = await leftIn(above, (name) => {
    return { pid: copies.get(join(above, name)), of: 'replay' }
  })
  return [...temporary, ...recorded, ...bundles]
}

/** The folders for temporary files among them. */
export function temporaryLeft(): Promise<Leftover[]> {
  return leftIn(tmpdir(), (name) => ({ pid: tempFolderOf(name), of: null }))
}

async function leftIn(
  above: string,
  ownerOf: (name: string) => { pid: number | undefined; of: string | null },
): Promise<Leftover[]> {
  const found: Leftover[] = []
  // What nobody may look into holds nothing of this user.
  for (const name of (await readdir(above).catch((): string[] => [])).sort()) {
    const { pid, of } = ownerOf(name)
    const folder = join(above, name)
    if (pid === undefined || isRunning(pid) || !(await isOwn(folder))) continue
    found.push({
      ...{ kind: 'files', name: folder, of, owner: null, sizeBytes: await sizeOf(folder) },
      ...{ expiresMs: null, isExpired: true, remove: () => removed(folder) },
    })
  }
  return found
}

/** Others use the same folder for temporary files. */
async function isOwn(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined)
  return found?.isDirectory() === true && found.uid === process.getuid?.()
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch((): string[] => [])
  const sizes = names.map(async (name) => {
    const found = await stat(join(folder, name)).catch(() => undefined)
    return found?.isFile() === true ? found.size : 0
  })
  return (await Promise.all(sizes)).reduce((sum, one) => sum + one, 0)
}

async function removed(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch((cause) => {
    const message = `cannot remove ${folder} (${codeOf(cause) ?? cause})`
    throw new EvtError(message, { code: 'outside', cause })
  })
}
