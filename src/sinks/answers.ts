import { type AwsCall, awsFailure, isTemporary, ofSdk } from '../aws/failure.js'
import type { Sent } from './sink.js'

/** An entry that a service did not take, of a call that succeeded. */
export interface FailedEntry {
  readonly code: string | undefined
  readonly message: string | undefined
  /** Whether the service says that the fault is not its own. */
  readonly isOurs: boolean
}

export function failedEntry({ code = 'unknown', message, isOurs }: FailedEntry): Sent {
  const isThrottled = /throttl|TooManyRequests|LimitExceeded|SlowDown/i.test(code)
  return {
    isSent: false,
    error: message ? `${code}: ${message}` : code,
    isTemporary: isThrottled || !isOurs,
    isOfAll: isThrottled,
  }
}

/** An entry that an answer does not mention. */
const unmentioned: Sent = {
  isSent: false,
  error: 'the answer did not mention it',
  isTemporary: true,
  isOfAll: false,
}

/** As SQS and SNS answer to a batch. */
interface BatchAnswer {
  readonly Successful?:
    | readonly { Id?: string | undefined; MessageId?: string | undefined }[]
    | undefined
  readonly Failed?:
    | readonly {
        Id?: string | undefined
        Code?: string | undefined
        Message?: string | undefined
        SenderFault?: boolean | undefined
      }[]
    | undefined
}

/** What became of each of the entries of a batch, whose ids are their numbers. */
export function batchSent({ Successful = [], Failed = [] }: BatchAnswer, count: number): Sent[] {
  const results = Array<Sent>(count).fill(unmentioned)
  for (const { Id, Code, Message, SenderFault } of Failed) {
    const failed = { code: Code, message: Message, isOurs: SenderFault === true }
    results[Number(Id)] = failedEntry(failed)
  }
  for (const { Id, MessageId = '' } of Successful) {
    results[Number(Id)] = { isSent: true, messageId: MessageId }
  }
  return results
}

/**
 * What became of the entries of a call that failed as a whole: they may have arrived all the same.
 *
 * @throws EvtError where any other call would fail alike
 */
export async function failedCall(
  error: unknown,
  count: number,
  call: AwsCall & { readonly signal: AbortSignal },
): Promise<Sent[]> {
  const cause = ofSdk(error)
  const isInterrupted = call.signal.aborted
  if (!isInterrupted && !isTemporary(cause)) throw await awsFailure(error, call)
  const told = isInterrupted ? 'interrupted before it was answered' : reasonOf(cause)
  return Array<Sent>(count).fill({
    ...{ isSent: false, error: told, isTemporary: true, isOfAll: true },
  })
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  const [told = ''] = error.message.split('\n')
  return told === '' || told === code ? code : `${code}: ${told}`
}
