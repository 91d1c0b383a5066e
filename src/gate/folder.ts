import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EvtError } from '../errors.js'
import type { RunFile } from './merge-runs.js'
import { readSavedRun, type SavedRun, savedRunText } from './saved-run.js'

/** Which runs of a folder are compared with. */
export interface Reference {
  /** The newest so many. */
  runs: number
  /** Of this branch alone. */
  branch: string | undefined
}

/** The runs that are saved in a folder, the oldest first; undefined where there is no folder.
 * @throws EvtError `usage` for a file among them that is no saved run */
export async function runsIn(folder: string): Promise<RunFile[] | undefined> {
  const names = await filesIn(folder)
  if (names === undefined) return undefined
  const jsons = names.filter((name) => name.endsWith('.json') && !name.startsWith('.'))
  const runs = await Promise.all(
    jsons.map(async (name) => {
      const file = join(folder, name)
      return { file, run: readSavedRun(await readFile(file, 'utf8'), file) }
    }),
  )
  const order = ({ file, run }: RunFile) => `${run.savedAt} ${file}`
  return runs.sort((a, b) => (order(a) < order(b) ? -1 : 1))
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
export async function saveRun(run: SavedRun, to: string): Promise<string> {
  try {
    if (to.endsWith('.json')) {
      await writeFile(to, savedRunText(run))
      return to
    }
    await mkdir(to, { recursive: true })
    return await writtenAside(run, join(to, nameOf(run)))
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause
    throw new EvtError(`the run cannot be saved to ${to} (${cause.code})`, {
      code: 'outside',
      cause,
    })
  }
}

/** Nothing that is there is written over. */
async function writtenAside(run: SavedRun, base: string): Promise<string> {
  for (let n = 1; ; n++) {
    const file = `${base}${n === 1 ? '' : `-${n}`}.json`
    try {
      await writeFile(file, savedRunText(run), { flag: 'wx' })
      return file
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error
    }
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

export async function removeRuns(files: readonly RunFile[]): Promise<void> {
  for (const { file } of files) await rm(file, { force: true })
}
