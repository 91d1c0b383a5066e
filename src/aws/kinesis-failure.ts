import { EvtError } from '../errors.js'
import { type AwsCall, awsFailure, isTemporary } from './failure.js'

const keys: Readonly<Record<string, { told: string; hint: string }>> = {
  KMSAccessDeniedException: {
    told: 'may not be used',
    hint: 'it takes kms:Decrypt on the key, which its policy has to allow as well',
  },
  KMSDisabledException: { told: 'is disabled', hint: 'enable it: kms:EnableKey' },
  KMSInvalidStateException: {
    told: 'is in no state to be used',
    hint: 'it may be about to be deleted: kms:CancelKeyDeletion',
  },
  KMSNotFoundException: {
    told: 'is not there',
    hint: 'what was encrypted with it cannot be read any more',
  },
  KMSOptInRequired: {
    told: 'cannot be used: KMS asks for a subscription',
    hint: 'see the account',
  },
}

/** {@link awsFailure}, with what only Kinesis says: of the key that encrypts a stream. */
export async function kinesisFailure(error: unknown, call: AwsCall): Promise<unknown> {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_HTTP2_ERROR') {
    return new EvtError('what answers for Kinesis does not speak HTTP/2', {
      code: 'outside',
      hint: 'EVT_KINESIS_HTTP=1 has evt speak HTTP/1.1, as emulators do',
      cause: error,
    })
  }
  const key = error instanceof Error ? keys[error.name] : undefined
  if (key === undefined || isTemporary(error)) return awsFailure(error, call)
  const message = `the key of KMS that encrypts ${streamOf(call.on)} ${key.told}`
  return new EvtError(message, { code: 'outside', hint: key.hint, cause: error })
}

function streamOf(on: string): string {
  return on.slice(on.lastIndexOf('the stream '))
}
