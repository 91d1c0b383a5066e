import { EvtError } from '../errors.js'

/** A call of the SDK that may fail. */
export interface AwsCall {
  /** As IAM names it, such as `sqs:ReceiveMessage`. */
  readonly action: string
  /** What it was about, such as `the queue orders`. */
  readonly on: string
  /** The region that was asked; a promise, as the client has it. */
  region(): Promise<string>
  /** Everything that IAM has to allow for the whole, where that is more than this action. */
  readonly needs?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
}

const seeFlags = 'see --region, --profile and --endpoint-url'

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
  if (isWithoutCredentials(error)) {
    return new EvtError('there are no AWS credentials', {
      code: 'outside',
      hint: 'give --profile, set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run aws sso login',
      cause: error,
    })
  }
  if (expired.has(error.name)) {
    return new EvtError(`the AWS credentials are not valid, or no longer (${error.name})`, {
      code: 'outside',
      hint: 'renew them, as with aws sso login, or give --profile',
      cause: error,
    })
  }
  return undefined
}

/** Whether there was nobody to call as. Of what {@link awsFailure} made, its cause counts. */
export function isWithoutCredentials(failure: unknown): boolean {
  const error = ofSdk(failure)
  return error instanceof Error && error.name === 'CredentialsProviderError'
}

/** What a failed call means to who made it; what is no Error, or evt's own already, is left. */
export async function awsFailure(error: unknown, call: AwsCall): Promise<unknown> {
  const { action, on, signal, needs = [action] } = call
  if (!(error instanceof Error) || error instanceof EvtError) return error
  const cause = { cause: error }
  if (signal?.aborted) return new EvtError('interrupted', { code: 'interrupted', ...cause })
  const ofAll = failureOfAll(error)
  if (ofAll) return ofAll
  if (isMissing(error)) {
    const message = `there is no ${on.replace(/^the /, '')} in ${await call.region()}`
    return new EvtError(message, { code: 'usage', hint: seeFlags, ...cause })
  }
  if (isDenied(error)) {
    const hint = `it takes ${needs.join(needs.length === 2 ? ' and ' : ', ')}`
    const told = deniedAction(error)
    const isOther = told !== undefined && serviceOf(told) !== serviceOf(action)
    const place = (isOther ? deniedResource(error) : undefined) ?? on
    const message = `${told ?? action} is not allowed on ${place}`
    return new EvtError(message, { code: 'outside', hint, ...cause })
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  const told = reasonOf(error)
  const message = `${action} fails on ${on} (${code})${told === '' ? '' : `: ${told}`}`
  return new EvtError(message, { code: 'outside', hint: seeFlags, ...cause })
}

/** One call may need several permissions, such as to make a queue with tags; AWS names which. */
function deniedAction({ message }: Error): string | undefined {
  return /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1]
}

function serviceOf(action: string): string {
  return action.split(':')[0] ?? ''
}

/** What another service has, which the caller does not know of: a key, a table. */
function deniedResource({ message }: Error): string | undefined {
  return / on resource: (arn:\S+\w)/.exec(message)?.[1]
}

/** Whether the service does not know what it was asked about. */
export function isMissing(error: unknown): boolean {
  const failed = ofSdk(error)
  return failed instanceof Error && missing.has(failed.name)
}

/** Whether a service surely did nothing of what it was asked to do: it said so the first time. */
export function isRefused(error: unknown): boolean {
  const failed = ofSdk(error)
  if (!(failed instanceof Error)) return false
  const { status = 0, attempts } = answerOf(failed)
  return status >= 400 && status < 500 && attempts === 1
}

/** Whether IAM does not let who asks do so. */
export function isDenied(failure: unknown): boolean {
  const error = ofSdk(failure)
  return error instanceof Error && denied.has(error.name)
}

/** What the SDK threw, of what {@link awsFailure} made of it. */
export function ofSdk(error: unknown): unknown {
  return error instanceof EvtError ? error.cause : error
}

/** Whether a limit was reached that goes by time. */
export function isThrottled(failure: unknown): boolean {
  const error = ofSdk(failure)
  if (!(error instanceof Error)) return false
  return answerOf(error).isThrottled || throttled.has(error.name)
}

/** Whether the place in a shard that a call named is known no longer, and has to be asked anew. */
export function isExpiredIterator(failure: unknown): boolean {
  const error = ofSdk(failure)
  return error instanceof Error && expiredIterator.has(error.name)
}

/** Of a stream of DynamoDB an iterator may point to what is not kept any more. */
const expiredIterator = new Set(['ExpiredIteratorException', 'TrimmedDataAccessException'])

/** Whether a place in a shard is none, which one that was is when what follows it is not kept any
 * more. */
export function isTrimmed(failure: unknown): boolean {
  const error = ofSdk(failure)
  return error instanceof Error && trimmed.has(error.name)
}

const trimmed = new Set(['TrimmedDataAccessException', 'InvalidArgumentException'])

/** Whether the same call may well succeed soon: connection, service or its limits failed. Of what
 * {@link awsFailure} made, its cause counts. */
export function isTemporary(failure: unknown): boolean {
  const error = ofSdk(failure)
  if (!(error instanceof Error)) return false
  const { status } = answerOf(error)
  if (isThrottled(error) || status === 429) return true
  if (status !== undefined && status >= 500) return true
  if ('code' in error && typeof error.code === 'string' && connection.has(error.code)) return true
  return error.name === 'TimeoutError' || isCutHttp2.test(error.message)
}

/** What the SDK says where a connection of HTTP/2 ends before an answer does. */
const isCutHttp2 =
  /^Unexpected error: http2 request did|^HTTP\/2 stream is abnormally|^Frame type id \d+ in stream/

/** Why a call failed, in short: `ECONNREFUSED`, `ThrottlingException`, `HTTP 503` of a page. */
export function briefly(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof EvtError && error.cause !== undefined) return briefly(error.cause)
  if (isPage(error)) return `HTTP ${answerOf(error).status ?? 'status unknown'}`
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

/** Whether somebody between, such as a proxy, answered in HTML. */
function isPage({ message }: Error): boolean {
  return /Unexpected token '?</.test(message) || /char .*XML|parse error/i.test(message)
}

/** What the service said, on one line; of a page of HTML, that it was one. */
function reasonOf(error: Error): string {
  const { status } = answerOf(error)
  if (isPage(error)) {
    return `the answer is not AWS's (HTTP ${status ?? 'status unknown'})`
  }
  return error.message.split('\n')[0] ?? ''
}

/** What the SDK keeps on an error of the answer that it got. */
function answerOf(error: Error) {
  const { $metadata, $response, $retryable } = error as Error & {
    $metadata?: { httpStatusCode?: number; attempts?: number }
    $response?: { statusCode?: number }
    $retryable?: { throttling?: boolean }
  }
  return {
    status: $metadata?.httpStatusCode ?? $response?.statusCode,
    attempts: $metadata?.attempts,
    isThrottled: $retryable?.throttling === true,
  }
}

const missing = new Set([
  'NoSuchBucket',
  'ResourceNotFoundException',
  'NotFoundException',
  'NotFound',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
])
const denied = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'UnauthorizedOperation',
])
const expired = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
])
const throttled = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'TooManyRequestsException',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  // So many messages of a queue are in flight that no more can be received.
  'OverLimit',
  'KmsThrottled',
  'KMSThrottlingException',
])
const connection = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EADDRNOTAVAIL',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_INVALID_SESSION',
  'ERR_HTTP2_INVALID_STREAM',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_HTTP2_STREAM_ERROR',
])
