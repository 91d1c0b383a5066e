import { EvtError } from '../errors.js'

/** A failure of an SDK call that any other call would meet as well: nobody can be asked; undefined
 * for what is a failure of this call. */
export function failureOfAll(error: unknown): EvtError | undefined {
  if (!(error instanceof Error)) return undefined
  if (/^Region is missing/.test(error.message)) {
    return new EvtError('no AWS region is known', {
      code: 'usage',
      hint: 'give --region, set AWS_REGION, or name one in a profile',
      cause: error,
    })
  }
  if (error.name === 'CredentialsProviderError') {
    return new EvtError('there are no AWS credentials', {
      code: 'outside',
      hint: 'give --profile, set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run aws sso login',
      cause: error,
    })
  }
  return undefined
}
