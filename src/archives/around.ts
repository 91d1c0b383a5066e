import { readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { codeOf } from './read-error.js'
import { isGlob } from './wildcards.js'

/** Which of these sources files that are to be made would be read with, by whatever links they are
 * named; undefined where none would. */
export async function sourceAround(
  files: readonly string[],
  sources: readonly string[],
  cwd: string,
): Promise<string | undefined> {
  for (const file of files) {
    const real = await realOf(resolve(cwd, file))
    for (const source of sources) {
      const isInside = real.startsWith(withSlash(await realOf(resolve(cwd, source))))
      if (isInside || (isGlob(source) && (await wouldMatch(source, cwd, real)))) return source
    }
  }
  return undefined
}

async function wouldMatch(pattern: string, cwd: string, file: string): Promise<boolean> {
  const { couldMatch, partsOfGlob } = await import('./glob.js')
  const { base, inside } = partsOfGlob(pattern)
  return couldMatch(inside, { root: await realOf(resolve(cwd, base)), file })
}

function withSlash(folder: string): string {
  return folder.endsWith(sep) ? folder : folder + sep
}

/** Without links, also of what is not there yet. */
export async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    const above = dirname(path)
    if (codeOf(error) !== 'ENOENT' || above === path) return path
    // A link to what is not there is followed by whoever writes to it.
    const target = await readlink(path).catch(() => undefined)
    if (target !== undefined) return realOf(resolve(above, target))
    return join(await realOf(above), basename(path))
  }
}
