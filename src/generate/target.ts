import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { EvtError } from '../errors.js'

/** A folder that appears whole or not at all. */
export interface Target {
  /** Where to write meanwhile: beside the folder, so that a rename brings it into place. */
  readonly workPath: string
  /** Puts what was written in the folder's place. */
  keep(): Promise<void>
  /** Leaves no trace. */
  discard(): Promise<void>
}

const TRUTH_SCHEMA = 'evt.stats/1'

/**
 * Makes ready to write a folder that does not exist or is empty; with `force` also one that
 * `evt generate` wrote, which is replaced. Anything else in it is never removed.
 *
 * @throws EvtError `usage` where the folder holds something, `outside` where it cannot be written
 */
export async function openTarget(folder: string, options: { force: boolean }): Promise<Target> {
  const path = resolve(folder)
  await checkFree(path, folder, options)
  const workPath = join(dirname(path), `.${basename(path)}.evt-${process.pid}`)
  await mkdir(workPath, { recursive: true }).catch((cause: unknown) => {
    throw cannotWrite(folder, cause)
  })
  const oldPath = `${workPath}-old`
  return {
    workPath,
    async keep() {
      const hadOne = await rename(path, oldPath).then(
        () => true,
        () => false,
      )
      await rename(workPath, path)
      if (hadOne) await rm(oldPath, { recursive: true })
    },
    async discard() {
      await rm(workPath, { recursive: true, force: true })
    },
  }
}

async function checkFree(path: string, folder: string, { force }: { force: boolean }) {
  let names: string[]
  try {
    names = await readdir(path)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT') return
    if (code !== 'ENOTDIR') throw cannotWrite(folder, cause)
    throw new EvtError(`--to ${folder} is a file`, { code: 'usage', hint: 'name a folder', cause })
  }
  if (names.length === 0) return
  if (!(await isGenerated(path))) {
    throw new EvtError(`--to ${folder} holds files that evt generate did not write`, {
      code: 'usage',
      hint: 'name a new or an empty folder',
    })
  }
  if (force) return
  throw new EvtError(`--to ${folder} holds a generated archive already`, {
    code: 'usage',
    hint: 'name a new folder, or replace this one with --force',
  })
}

async function isGenerated(path: string): Promise<boolean> {
  try {
    const truth: unknown = JSON.parse(await readFile(join(path, 'truth.json'), 'utf8'))
    const isObject = typeof truth === 'object' && truth !== null
    return isObject && 'schema' in truth && truth.schema === TRUTH_SCHEMA
  } catch {
    // No truth.json, or not ours.
    return false
  }
}

function cannotWrite(folder: string, cause: unknown): EvtError {
  const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : ''
  return new EvtError(`cannot write to ${folder}${code}`, {
    code: 'usage',
    hint: 'name a folder that you may write to',
    cause,
  })
}
