import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'

const reasons: readonly [pattern: RegExp, reason: string][] = [
  [/EACCES|EPERM|permission denied|not permitted/i, 'permission denied'],
  [/EROFS|read-only file system/i, 'the file system is read-only'],
  [/ENOSPC|EDQUOT|no space left|quota/i, 'no space left'],
  [/ENOTDIR|EEXIST|not a directory/i, 'it is no folder'],
  [/ENOENT|ENOTDIR/, 'no folder can be made there'],
]

/** What a failure means to the user that has to do with the folder of an index; others stay as they
 * are. */
export function writeError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof EvtError) return error
  // A folder above it, where that has to be made first.
  const path = 'path' in error ? String(error.path) : folder
  const isOurs = error.message.includes(folder) || (codeOf(error) && folder.startsWith(path))
  const [, reason] = reasons.find(([pattern]) => pattern.test(error.message)) ?? []
  if (!isOurs || reason === undefined) return error
  return new EvtError(`the index cannot be written to ${folder}: ${reason}`, {
    code: 'outside',
    hint: '--beside and --to FOLDER write it elsewhere',
    cause: error,
  })
}
