import type { Message } from '../aws/queue.js'
import type { QueueNature } from './queue-consents.js'

/**
 * Why no more is received where a message must not be received again, since it would go to the
 * dead-letter queue.
 *
 * @param mayLead whether there is consent to that; without it, one receive is left to the consumers
 */
export function wornOut(
  messages: readonly Message[],
  { maxReceives }: QueueNature,
  mayLead: boolean,
): string | undefined {
  if (maxReceives === null) return undefined
  const most = mayLead ? maxReceives : maxReceives - 1
  const worn = messages.find((message) => receivesOf(message) >= most)
  if (worn === undefined) return undefined
  const times = receivesOf(worn) === 1 ? 'once' : `${receivesOf(worn)} times`
  return (
    `is left: message ${worn.MessageId ?? worn.ReceiptHandle} was received ${times}, and after ` +
    `${maxReceives} it goes to the dead-letter queue`
  )
}

function receivesOf({ Attributes }: Message): number {
  return Number(Attributes?.ApproximateReceiveCount ?? 0)
}
