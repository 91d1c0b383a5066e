import { readFile, stat } from 'node:fs/promises'
import { isBucketAddress } from '../aws/bucket-address.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import { textInBucket } from './bucket-runs.js'
import { runsIn } from './folder.js'
import type { RunFile } from './merge-runs.js'
import { readSavedRun } from './saved-run.js'

/** The runs of a folder or of a prefix of S3, the oldest first.
 * @throws EvtError `usage` where there is no folder or no run in it */
export async function savedIn(folder: string, aws: AwsOptions): Promise<RunFile[]> {
  const files = await runsIn(folder, aws)
  if (files !== undefined && files.length > 0) return files
  const what = files === undefined ? 'there is no folder' : 'no run is saved in'
  throw new EvtError(`${what} ${folder}`, {
    code: 'usage',
    hint: 'evt baseline save SOURCE --to DIR saves one',
  })
}

/** One saved run: a file, or the newest of a folder. */
export async function savedAt(path: string, aws: AwsOptions): Promise<RunFile> {
  if (isBucketAddress(path) && path.endsWith('.json')) {
    return { file: path, run: readSavedRun((await textInBucket(path, aws)) ?? missing(path), path) }
  }
  const found = isBucketAddress(path) ? undefined : await stat(path).catch(() => missing(path))
  if (found && !found.isDirectory()) {
    return { file: path, run: readSavedRun(await readFile(path, 'utf8'), path) }
  }
  const newest = (await savedIn(path, aws)).at(-1)
  if (newest) return newest
  throw new EvtError(`no run is saved in ${path}`, { code: 'usage' })
}

function missing(path: string): never {
  throw new EvtError(`there is no saved run ${path}`, { code: 'usage' })
}
