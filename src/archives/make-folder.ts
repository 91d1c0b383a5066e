import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from './read-error.js'

/** Makes a folder of the user's alone, and those above it. Node's own recursive mkdir (20.20) never
 * ends where a folder that is there has no room for others, as in /proc. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(folder)).isDirectory()) return
    const above = dirname(folder)
    if (codeOf(error) !== 'ENOENT' || above === folder || (await isThere(above))) throw error
    await makeFolder(above)
    await makeFolder(folder)
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
