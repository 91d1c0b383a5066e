import { EvtError } from '../errors.js'

/** What a failed look at `path` means to the user. */
export function readError(path: string, error: unknown): EvtError {
  const code = codeOf(error)
  if (code === 'EACCES' || code === 'EPERM') {
    return new EvtError(`cannot read ${path}: permission denied`, { code: 'usage', cause: error })
  }
  const reason = error instanceof Error ? error.message.replace(/^\w+: |, \w+( '.*')?$/g, '') : ''
  return new EvtError(`cannot read ${path}: ${reason}`, { code: 'outside', cause: error })
}

export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
