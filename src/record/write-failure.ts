import { tmpdir } from 'node:os'
import { diskReason } from '../archives/disk-reason.js'
import { EvtError } from '../errors.js'

const GOES_ON = 'what was acknowledged is in the recording; the same line goes on from there'

/** What a failure of the disk where parts grow for a bucket means to the user; others stay. */
export function growthFailure(error: unknown, address: string): unknown {
  const reason = diskReason(error)
  if (reason === undefined) return error
  return new EvtError(`cannot keep a part in ${tmpdir()} for ${address}: ${reason}`, {
    code: 'outside',
    hint: `set TMPDIR to a folder with more room, or take a smaller --roll-size; ${GOES_ON}`,
    cause: error,
  })
}

/** What a failure of the disk means to the user; others stay as they are. */
export function writeFailure(error: unknown, address: string): unknown {
  const reason = diskReason(error)
  if (reason === undefined) return error
  return new EvtError(`cannot record to ${address}: ${reason}`, {
    code: 'outside',
    hint: GOES_ON,
    cause: error,
  })
}
