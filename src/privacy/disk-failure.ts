import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left',
  EDQUOT: 'no space left in the quota',
  EFBIG: 'the file system takes no larger file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'it is no folder',
  EEXIST: 'it is no folder',
}

/** What a failed write means to the user; what is no failure of the disk stays as it is. */
export function diskFailure(error: unknown, path: string, hint?: string): unknown {
  const code = codeOf(error)
  if (error instanceof EvtError || code === undefined || !/^E[A-Z]+$/.test(code)) return error
  const message = `cannot write ${path}: ${reasons[code] ?? code}`
  return new EvtError(message, { code: 'outside', hint, cause: error })
}
