import { rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { INDEX_MARK } from '../archives/folder.js'
import { codeOf } from '../archives/read-error.js'
import { ANSWERS } from './answers.js'
import { lockIndex } from './lock.js'
import { partKinds } from './manifest.js'
import { writeError } from './write-error.js'

/**
 * Removes an index; of its folder only what evt wrote.
 *
 * @throws EvtError `outside` where another evt builds it, or it may not be removed
 */
export async function dropFolder(folder: string): Promise<void> {
  try {
    const unlock = await lockIndex(folder)
    try {
      for (const kind of [...partKinds, ANSWERS]) {
        await rm(join(folder, kind), { recursive: true, force: true })
      }
      // The last: until then the folder is known to hold an index, which is damaged.
      await rm(join(folder, INDEX_MARK), { force: true })
    } finally {
      await unlock()
    }
    await removeEmpty(folder)
  } catch (error) {
    throw writeError(error, folder)
  }
}

/** Another evt may have begun to build there since. */
async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(String(codeOf(error)))) throw error
  }
}
