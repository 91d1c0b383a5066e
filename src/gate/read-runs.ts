import { EvtError } from '../errors.js'
import type { RunFile } from './merge-runs.js'
import { isSavedText, readSavedRun } from './saved-run.js'

const AT_ONCE = 8

/**
 * The saved runs of a folder. Where the first few files are none, it holds something else, which
 * may be more than memory: the others are not read.
 *
 * @param read undefined: somebody removed it meanwhile
 * @throws EvtError `usage` for a file that is no saved run
 */
export async function readRuns(
  files: readonly string[],
  read: (file: string) => Promise<string | undefined>,
): Promise<RunFile[]> {
  const runs: RunFile[] = []
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = files
      .slice(at, at + AT_ONCE)
      .map(async (file) => ({ file, text: await read(file) }))
    const there = (await Promise.all(some)).flatMap(({ file, text }) =>
      text === undefined ? [] : [{ file, text }],
    )
    const odd = there.find(({ text }) => !isSavedText(text))
    if (odd && (runs.length > 0 || there.some(({ text }) => isSavedText(text)))) {
      throw new EvtError(`${odd.file} is among saved runs, and is none`, {
        code: 'usage',
        hint: 'it was cut, or belongs elsewhere',
      })
    }
    if (odd) throw new EvtError(`${odd.file} is no saved run`, { code: 'usage' })
    runs.push(...there.map(({ file, text }) => ({ file, run: readSavedRun(text, file) })))
  }
  return runs
}
