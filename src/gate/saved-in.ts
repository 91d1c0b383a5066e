import { readFile, stat } from 'node:fs/promises'
import { EvtError } from '../errors.js'
import { runsIn } from './folder.js'
import type { RunFile } from './merge-runs.js'
import { readSavedRun } from './saved-run.js'

/** The runs of a folder, the oldest first.
 * @throws EvtError `usage` where there is no folder or no run in it */
export async function savedIn(folder: string): Promise<RunFile[]> {
  const files = await runsIn(folder)
  if (files !== undefined && files.length > 0) return files
  const what = files === undefined ? 'there is no folder' : 'no run is saved in'
  throw new EvtError(`${what} ${folder}`, {
    code: 'usage',
    hint: 'evt baseline save SOURCE --to DIR saves one',
  })
}

/** One saved run: a file, or the newest of a folder. */
export async function savedAt(path: string): Promise<RunFile> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) {
    throw new EvtError(`there is no saved run ${path}`, { code: 'usage' })
  }
  if (!found.isDirectory()) {
    return { file: path, run: readSavedRun(await readFile(path, 'utf8'), path) }
  }
  const newest = (await savedIn(path)).at(-1)
  if (newest) return newest
  throw new EvtError(`no run is saved in ${path}`, { code: 'usage' })
}
