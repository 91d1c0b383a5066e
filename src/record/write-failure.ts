import { diskReason } from '../archives/disk-reason.js'
import { EvtError } from '../errors.js'

/** What a failure of the disk means to the user; others stay as they are. */
export function writeFailure(error: unknown, address: string): unknown {
  const reason = diskReason(error)
  if (reason === undefined) return error
  return new EvtError(`cannot record to ${address}: ${reason}`, {
    code: 'outside',
    hint: 'what was acknowledged is in the recording; the same line goes on from there',
    cause: error,
  })
}
