import type { Message } from '../aws/queue.js'
import { complete } from '../envelopes/missing.js'
import { messageRecord } from '../taps/queue-messages.js'
import type { Decode } from './letter.js'
import type { MoveEntry } from './queue-target.js'

/** A dead letter as any target takes it: its body as it is, and what is text beside it. */
export async function entryOf(
  letter: Message,
  { sendId, decode }: { readonly sendId: string; readonly decode: Decode },
): Promise<MoveEntry> {
  const { Body: body = '', MessageAttributes = {}, Attributes = {} } = letter
  const [first] = await complete(() => decode(messageRecord(letter, 'sqs://')))
  const event = first?.kind === 'event' ? first.event : undefined
  const texts = Object.entries(MessageAttributes).flatMap(([name, { StringValue }]) => {
    return StringValue === undefined ? [] : [[name, StringValue] as const]
  })
  return {
    ...{ letter, body, sendId, attributes: Object.fromEntries(texts) },
    // Of what Lambda tells a destination, the body is not the event that is in it.
    source: event?.envelopes.includes('lambda') ? '' : (event?.source ?? ''),
    ...{ type: event?.type ?? '', timeUs: event?.timeUs ?? null },
    key: Attributes.MessageGroupId ?? event?.key ?? null,
  }
}
