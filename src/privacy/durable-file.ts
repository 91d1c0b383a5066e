import { type FileHandle, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import { diskFailure } from './disk-failure.js'
import { syncFolder } from './sync-folder.js'

/** Writes a file of the user's alone, which is on the disk then.
 *
 * @throws EvtError `usage` where there is one */
export async function newFile(file: string, text: string): Promise<void> {
  try {
    await filled(await open(file, 'wx', 0o600), text)
    await syncFolder(dirname(file))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw diskFailure(error, file)
    throw taken(file)
  }
}

export function taken(file: string): EvtError {
  return new EvtError(`${file} is there already`, {
    code: 'usage',
    hint: 'a plan is never written over: name another file',
  })
}

/** Puts a text in place of a file at once: whoever looks sees the one or the other. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const aside = `${file}.part`
  try {
    await filled(await open(aside, 'w', 0o600), text)
    await rename(aside, file)
    await syncFolder(dirname(file))
  } catch (error) {
    throw diskFailure(error, file)
  }
}

async function filled(handle: FileHandle, text: string): Promise<void> {
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
