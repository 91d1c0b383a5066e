import { EvtError } from '../errors.js'

export interface Patience {
  /** Ends everything. */
  readonly signal: AbortSignal
  /** How long one call may take. */
  readonly callMs: number
}

/**
 * What a call gives, if it gives it in time; the call is ended otherwise.
 *
 * @param action what is called, such as `sqs:ListQueues`
 * @throws EvtError `outside` where it takes longer
 */
export async function within<T>(
  { signal, callMs }: Patience,
  action: string,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = AbortSignal.any([signal, AbortSignal.timeout(callMs)])
  const over = new Promise<never>((_, reject) => {
    own.addEventListener('abort', () => reject(signal.aborted ? interrupted() : late()))
  })
  const late = () =>
    new EvtError(`${action} has no answer within ${callMs / 1_000} s`, {
      code: 'outside',
      hint: 'is there a way to AWS from here? see --region, --endpoint-url and HTTPS_PROXY',
    })
  return Promise.race([over, call(own)])
}

function interrupted(): EvtError {
  return new EvtError('interrupted', { code: 'interrupted' })
}
