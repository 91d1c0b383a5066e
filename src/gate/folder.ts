import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isBucketAddress } from '../aws/bucket-address.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import { putInBucket, removeFromBucket, runsInBucket } from './bucket-runs.js'
import type { RunFile } from './merge-runs.js'
import { readRuns } from './read-runs.js'
import { type SavedRun, savedRunText } from './saved-run.js'

/** Which runs of a folder are compared with. */
export interface Reference {
  /** The newest so many. */
  runs: number
  /** Of this branch alone. */
  branch: string | undefined
}

/** The runs that are saved in a folder or below a prefix of S3, the oldest first; undefined where
 * there is none.
 * @throws EvtError `usage` for a file among them that is no saved run */
export async function runsIn(folder: string, aws: AwsOptions): Promise<RunFile[] | undefined> {
  const runs = isBucketAddress(folder) ? await runsInBucket(folder, aws) : await runsOnDisk(folder)
  const order = ({ file, run }: RunFile) => `${run.savedAt} ${file}`
  return runs?.sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

async function runsOnDisk(folder: string): Promise<RunFile[] | undefined> {
  const names = await filesIn(folder)
  if (names === undefined) return undefined
  const jsons = names.filter((name) => name.endsWith('.json') && !name.startsWith('.'))
  return readRuns(
    jsons.sort().map((name) => join(folder, name)),
    (file) => readFile(file, 'utf8'),
  )
}

async function filesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder)
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause
    if (cause.code === 'ENOENT') return undefined
    throw new EvtError(`the baselines in ${folder} cannot be read (${cause.code})`, {
      code: 'usage',
      cause,
    })
  }
}

/** The newest runs, the oldest of them first. */
export function referenceOf(files: readonly RunFile[], { runs, branch }: Reference): RunFile[] {
  const ofBranch = files.filter(({ run }) => branch === undefined || run.branch === branch)
  return ofBranch.slice(-runs)
}

/** Writes a run into a folder, which is made, or to a file whose name ends in .json.
 * @returns the file */
export async function saveRun(run: SavedRun, to: string, aws: AwsOptions): Promise<string> {
  if (isBucketAddress(to)) return saveInBucket(run, to, aws)
  try {
    if (to.endsWith('.json')) {
      await writeFile(to, savedRunText(run))
      return to
    }
    await mkdir(to, { recursive: true })
    return await firstFree(join(to, nameOf(run)), (file) => written(file, run))
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause
    throw new EvtError(`the run cannot be saved to ${to} (${cause.code})`, {
      code: 'outside',
      cause,
    })
  }
}

async function saveInBucket(run: SavedRun, to: string, aws: AwsOptions): Promise<string> {
  const text = savedRunText(run)
  if (to.endsWith('.json')) {
    await putInBucket(to, text, { aws, ifAbsent: false })
    return to
  }
  const base = `${to.replace(/\/+$/, '')}/${nameOf(run)}`
  return firstFree(base, (file) => putInBucket(file, text, { aws, ifAbsent: true }))
}

/** Nothing that is there is written over. @param write false: there is such a file */
async function firstFree(base: string, write: (file: string) => Promise<boolean>) {
  for (let n = 1; ; n++) {
    const file = `${base}${n === 1 ? '' : `-${n}`}.json`
    if (await write(file)) return file
  }
}

async function written(file: string, run: SavedRun): Promise<boolean> {
  try {
    await writeFile(file, savedRunText(run), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** `2026-11-26T130522Z-3f2a91c`: by time, and the same for the same run. */
function nameOf({ savedAt, commit }: SavedRun): string {
  const time = savedAt.replace(/\.\d+Z$/, 'Z').replaceAll(':', '')
  return commit === null ? time : `${time}-${commit.slice(0, 7).replace(/\W/g, '')}`
}

/** All runs but the newest so many of each branch. */
export function oldRuns(files: readonly RunFile[], keep: number): RunFile[] {
  const branches = new Set(files.map(({ run }) => run.branch))
  const kept = new Set(
    [...branches].flatMap((branch) =>
      files.filter(({ run }) => run.branch === branch).slice(-keep),
    ),
  )
  return files.filter((file) => !kept.has(file))
}

export async function removeRuns(files: readonly RunFile[], aws: AwsOptions): Promise<void> {
  for (const { file } of files) {
    await (isBucketAddress(file) ? removeFromBucket(file, aws) : rm(file, { force: true }))
  }
}
