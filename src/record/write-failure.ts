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

/** What a failure of the disk means to the user; others stay as they are. */
export function writeFailure(error: unknown, address: string): unknown {
  const code = codeOf(error)
  if (error instanceof EvtError || code === undefined || !/^E[A-Z]+$/.test(code)) return error
  const reason = reasons[code] ?? code
  return new EvtError(`cannot record to ${address}: ${reason}`, {
    code: 'outside',
    hint: 'what was acknowledged is in the recording; the same line goes on from there',
    cause: error,
  })
}
