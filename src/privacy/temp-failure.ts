import { tmpdir } from 'node:os'
import { diskReason } from '../archives/disk-reason.js'
import { diskError } from '../archives/temp-folder.js'

/** What a failed write of a copy of an object means to the user; what is no failure of the disk
 * stays as it is. */
export function copyFailure(error: unknown, address: string): unknown {
  return diskReason(error) === undefined ? error : diskError(error, `copy ${address}`, tmpdir())
}

/** Throws it. */
export function copyFailed(error: unknown, address: string): never {
  throw copyFailure(error, address)
}
