import { diskReason } from '../archives/disk-reason.js'
import { EvtError } from '../errors.js'

/** What a failed write means to the user; what is no failure of the disk stays as it is. */
export function diskFailure(error: unknown, path: string, hint?: string): unknown {
  const reason = diskReason(error)
  if (reason === undefined) return error
  return new EvtError(`cannot write ${path}: ${reason}`, { code: 'outside', hint, cause: error })
}
