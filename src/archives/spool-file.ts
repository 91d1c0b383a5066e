import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { FileObject, StreamObject } from './object.js'
import { diskError, makeTempFolder, removeTempFolder } from './temp-folder.js'

export interface SpooledFile {
  /** Of the path of the stream. */
  readonly object: FileObject
  remove(): Promise<void>
}

/**
 * Writes a stream into a file, for a reader that needs all of it at once.
 *
 * @throws EvtError `outside` where the disk is full
 */
export async function spoolFile(
  { path, stream }: StreamObject,
  dir?: string,
): Promise<SpooledFile> {
  const folder = await makeTempFolder('evt-spool-', dir)
  const file = join(folder, 'whole')
  try {
    await pipeline(stream, createWriteStream(file))
    const { size, mtimeMs } = await stat(file)
    const object: FileObject = { kind: 'file', path, file, sizeBytes: size, mtimeMs }
    return { object, remove: () => removeTempFolder(folder) }
  } catch (error) {
    await removeTempFolder(folder)
    throw diskError(error, `keep ${path}`, folder)
  }
}
