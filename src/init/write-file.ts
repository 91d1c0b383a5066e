import { lstat, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { EvtError } from '../errors.js'

/** What is at the place already; undefined where nothing is.
 *
 * @throws EvtError `usage` where it is no file, or must not be read */
export async function existingText(path: string, shown: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw failed(error, shown)
  }
}

/**
 * Writes a file whole or not at all: beside its place first, then moved there.
 *
 * @throws EvtError `usage` where the folder is not there or must not be written to, else `outside`
 */
export async function writeWhole(path: string, shown: string, text: string): Promise<void> {
  // A link stays one: what it leads to is replaced.
  const place = await realpath(path).catch(() => path)
  const aside = join(dirname(place), `.${basename(place)}.${process.pid}.tmp`)
  try {
    await writeFile(aside, text, { flag: 'wx' })
    await rename(aside, place)
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined)
    throw failed(error, shown)
  }
}

/** Whether something is there, a link that leads nowhere too. */
export async function isTaken(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error) => codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR',
  )
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
}

function failed(error: unknown, shown: string): unknown {
  const code = codeOf(error)
  if (!(error instanceof Error) || code === undefined) return error
  const reason = reasons[code]
  const words = reason ?? error.message.replace(/^\w+: |, \w+( '.*')?$/g, '')
  return new EvtError(`cannot write ${shown}: ${words}`, {
    code: reason === undefined ? 'outside' : 'usage',
    cause: error,
  })
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
