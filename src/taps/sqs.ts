import { resourceAddress } from '../aws/address.js'
import { openSqs } from '../aws/sqs.js'
import { EvtError } from '../errors.js'
import { natureOf, refusal } from './queue-consents.js'
import { hiddenSecondsOf, QueueReading } from './queue-reading.js'
import type { Batch, Tap, TapOptions } from './tap.js'

const iamActions = [
  'sqs:GetQueueUrl',
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
  'sqs:ChangeMessageVisibility',
]
const consuming = 'sqs:DeleteMessage'

/** A queue itself, standard or FIFO, and a dead-letter queue. */
export const tap: Tap = {
  name: 'sqs',
  reads: 'sqs://QUEUE, the ARN or the URL of a queue',
  safety: 'intrusive',
  missed:
    'What a consumer receives and deletes before evt receives it. Of a group of a FIFO queue, ' +
    'what lies behind the messages that come first, ten at most, until these are deleted. Of ' +
    'more than can be received within 2 s, those that SQS does not give first. With --from ' +
    'latest, which goes by the clock of this machine, what was sent within the time that it ' +
    'is ahead of that of SQS; what was sent before is shown where it is behind.',
  repeated:
    'Nothing of the latest 100,000 messages: each is shown once, however often it is received. ' +
    'With --consume, what SQS delivers again after it was deleted, and what was shown and not ' +
    'yet deleted: evt was killed, or its reader took more than 30 s.',
  cost:
    'A message is hidden from consumers for up to 2 s (10 s if evt is killed), and its receive ' +
    'count rises each time that evt looks: 1 s later, and up to 30 s later while nothing is new. ' +
    'evt stops where one receive more would lead to the dead-letter queue. About one request ' +
    'a second while nothing comes, and one more for ten messages to give them back. With ' +
    '--consume, which alone needs sqs:DeleteMessage, what was shown is deleted, for good; what ' +
    'was not, or could not be decoded, is given back. Where a key of KMS encrypts the queue, ' +
    'kms:Decrypt is needed, too.',
  iamActions: [...iamActions, consuming],
  resumed:
    'With --consume: the queue itself has what was not shown, and what was shown and not yet ' +
    'deleted comes again. Without, none can: a queue has no order to go on in.',
  // There is nothing to say beside: what was shown has been deleted.
  checkpointVersion: (consents) => (consents.has('consume') ? 1 : undefined),
  open: readQueue,
}

async function* readQueue(address: string, options: TapOptions): AsyncGenerator<Batch> {
  const named = resourceAddress(address)
  if (named?.service !== 'sqs') throw new EvtError(`${address} is no queue`, { code: 'usage' })
  const { aws, consents, signal } = options
  const needs = consents.has('consume') ? [...iamActions, consuming] : iamActions
  // The calls that receive and give back have a signal of their own: they end before evt does.
  const sqs = await openSqs({ ...aws, needs, signal }, named)
  const found = await whole(signal, async () => {
    const queue = await sqs.queue(named)
    return { queue, attributes: await queue.attributes() }
  })
  if (found === undefined) return
  const { queue, attributes } = found
  const nature = natureOf(attributes)
  const hiddenSeconds = hiddenSecondsOf(options)
  const refused = refusal(address, nature, { attributes, consents, hiddenSeconds })
  if (refused) throw refused
  options.onReady?.()
  yield* new QueueReading(queue, `sqs://${queue.name}`, nature, options).read()
}

/** Undefined where it was interrupted. */
async function whole<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}
