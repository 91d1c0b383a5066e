import type { Message } from '../aws/queue.js'
import type { RecordValue } from '../envelopes/decode.js'
import type { JsonObject } from '../event/event.js'

const HEAD_BYTES = 200

/**
 * A message that was received, as ReceiveMessage gives it, apart from its receipt handle, by which
 * anybody could delete it.
 *
 * @param place which stands before the id of the message in its position, such as `sqs://orders`
 */
export function messageRecord(message: Message, place: string): RecordValue {
  const { MessageId = '', Body = '', MD5OfBody, Attributes } = message
  const given = givenAttributes(message)
  const value: JsonObject = { MessageId, Body }
  if (MD5OfBody !== undefined) value['MD5OfBody'] = MD5OfBody
  if (Attributes !== undefined) value['Attributes'] = { ...Attributes }
  if (given !== undefined) value['MessageAttributes'] = messageAttributes(given)
  return {
    value,
    position: { path: `${place}/${MessageId}`, record: 1 },
    sizeBytes: sizeOf(Body, given ?? []),
    // A character has four bytes at most, and one at least.
    head: Buffer.from(Body.slice(0, HEAD_BYTES)).subarray(0, HEAD_BYTES),
  }
}

type Given = [name: string, value: NonNullable<Message['MessageAttributes']>[string]][]

/** The SDK loses the value of one that is named `__proto__`, whoever sends it. */
function givenAttributes({ MessageAttributes }: Message): Given | undefined {
  return MessageAttributes && Object.entries(MessageAttributes).filter(([, value]) => value)
}

function messageAttributes(given: Given): JsonObject {
  // Names are anybody's: assigned, __proto__ would be none.
  return Object.fromEntries(
    given.map(([name, { DataType, StringValue, BinaryValue }]) => {
      const value: JsonObject = { DataType: DataType ?? 'String' }
      if (StringValue !== undefined) value['StringValue'] = StringValue
      if (BinaryValue !== undefined) {
        value['BinaryValue'] = Buffer.from(BinaryValue).toString('base64')
      }
      return [name, value]
    }),
  )
}

/** As SQS counts it: the body, and names, types and values of its attributes. */
function sizeOf(body: string, given: Given): number {
  let sizeBytes = Buffer.byteLength(body)
  for (const [name, { DataType = '', StringValue = '', BinaryValue }] of given) {
    sizeBytes += Buffer.byteLength(name + DataType + StringValue) + (BinaryValue?.length ?? 0)
  }
  return sizeBytes
}
