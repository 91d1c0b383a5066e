/** Why evt stops. Each kind has one exit code, in src/cli/exit-codes.ts. */
export type ErrorCode = 'usage' | 'outside' | 'gate' | 'inconclusive' | 'interrupted'

export interface EvtErrorOptions {
  readonly code: ErrorCode
  /** What to do next, one line each. Every command in it works when pasted. */
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/**
 * A failure that evt understands: the message says what failed and with which input, without the
 * prefix `evt:` and without a full stop. Any other Error that reaches the user is a defect in evt.
 */
export class EvtError extends Error {
  override readonly name = 'EvtError'
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(message: string, options: EvtErrorOptions) {
    super(message, { cause: options.cause })
    this.code = options.code
    this.hint = options.hint
  }
}
