import { access, constants, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { EvtError } from '../errors.js'
import type { Config } from './config.js'

export interface ConfigPlaces {
  /** `--config`. */
  file?: string | undefined
  env: Readonly<Record<string, string | undefined>>
  /** The working directory. */
  cwd: string
  /** The first SOURCE of the command line, as given. */
  firstSource?: string | undefined
}

/**
 * Finds and reads the configuration: `--config FILE`, else EVT_CONFIG, else evt.yaml in the working
 * directory, else the one in the folder that the first SOURCE is (or lies in), which is what
 * `evt generate --to DIR` leaves there. None of them: an empty configuration.
 *
 * @throws EvtError `usage` for a named file that cannot be read and for every fault in one
 */
export async function loadConfig(places: ConfigPlaces): Promise<Config> {
  const named = places.file ?? (places.env['EVT_CONFIG'] || undefined)
  const candidates = named === undefined ? await usualFiles(places) : [named]
  for (const file of candidates) {
    const text = await readText(resolve(places.cwd, file), file)
    if (text === undefined) continue
    // The schema and YAML take time to load: only those who have a file pay for it.
    const { parseConfig } = await import('./parse.js')
    return parseConfig(text, file)
  }
  if (named === undefined) return {}
  throw new EvtError(`no configuration at ${named}: there is no such file`, { code: 'usage' })
}

async function usualFiles({ cwd, firstSource }: ConfigPlaces): Promise<string[]> {
  const folder = firstSource && (await folderOf(firstSource, cwd))
  return folder ? ['evt.yaml', join(folder, 'evt.yaml')] : ['evt.yaml']
}

async function folderOf(source: string, cwd: string): Promise<string | undefined> {
  try {
    const folder = (await stat(resolve(cwd, source))).isDirectory() ? source : dirname(source)
    await access(resolve(cwd, folder), constants.X_OK)
    return folder
  } catch {
    // An address, a glob, a path that is not there, or a folder that must not be read: whoever
    // reads the SOURCE says so.
    return undefined
  }
}

/** Undefined where there is no such file. */
async function readText(path: string, file: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined
    const reason = cause.code === 'EISDIR' ? 'it is a folder' : `reading it fails (${cause.code})`
    throw new EvtError(`no configuration at ${file}: ${reason}`, { code: 'usage', cause })
  }
}
