import { EvtError } from '../errors.js'
import { codeOf } from './read-error.js'

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

/** Why a write failed, in words; undefined for what is no failure of the disk. */
export function diskReason(error: unknown): string | undefined {
  const code = codeOf(error)
  if (error instanceof EvtError || code === undefined || !/^E[A-Z]+$/.test(code)) return undefined
  return reasons[code] ?? code
}
