import type { Message } from '../aws/queue.js'
import type { RecordValue } from '../envelopes/decode.js'
import { complete } from '../envelopes/missing.js'
import type { Decoded, JsonValue } from '../event/event.js'
import { jsonText } from '../event/json.js'
import type { JsonPath } from '../event/json-path.js'
import { REDACTED, redact, withoutTexts } from '../event/redact.js'
import { messageRecord } from '../taps/queue-messages.js'
import { bodyOf, failureOf, requestOf } from './failure.js'
import type { LetterFailure, StreamRecord } from './result.js'
import { type StreamRange, streamRangeOf } from './stream-range.js'

/** What is kept of a message that was looked at. */
export interface Letter {
  readonly messageId: string
  readonly type: string | null
  readonly source: string | null
  readonly id: string | null
  readonly key: string | null
  readonly sequence: string | null
  readonly timeUs: number | null
  readonly failure: LetterFailure
  /** The name of the queue that it came from. */
  readonly from: string | null
  readonly receives: number
  readonly sentMs: number | null
  /** Of a FIFO queue: also its number there. */
  readonly group: string | null
  readonly place: string | null
  /** Texts of its event that nobody is shown. */
  readonly hidden?: ReadonlySet<string> | undefined
  /** What it tells of a stream, where it holds no event but tells of some. */
  readonly range: StreamRange | undefined
  /** The records of the range, where what Lambda left has them, too. */
  readonly given?: readonly StreamRecord[] | undefined
}

export type Decode = (record: RecordValue) => Decoded[]

/** The same without what is at these paths of events. */
export function redacting(decode: Decode, paths: readonly JsonPath[]): Decode {
  if (paths.length === 0) return decode
  return (record) => {
    const decoded = decode(record)
    for (const one of decoded) if (one.kind === 'event') redact(one.event, paths)
    return decoded
  }
}

/** A letter without texts that nobody is shown: who fails at an event may quote it. */
export function shownLetter(letter: Letter): Letter {
  const { hidden, failure, type, source } = letter
  if (hidden === undefined) return letter
  const shown = (text: string | null) => (text === null ? null : withoutTexts(text, hidden))
  const whole = (text: string | null) => (hidden.has(text ?? '') ? REDACTED : text)
  const message = shown(failure.message)
  return { ...letter, type: whole(type), source: whole(source), failure: { ...failure, message } }
}

/**
 * @param place which stands before the id of the message in its position
 * @param paths of events, whose texts nobody is shown
 */
export async function letterOf(
  message: Message,
  { decode, place, paths }: { decode: Decode; place: string; paths: readonly JsonPath[] },
): Promise<Letter> {
  const { MessageId: messageId = '', Attributes: given = {} } = message
  const body = bodyOf(message)
  const record = messageRecord(withRequest(message, body), place)
  const [first] = await complete(() => decode(record))
  const event = first?.kind === 'event' ? first.event : undefined
  const range = streamRangeOf(body)
  const sentMs = Number(given.SentTimestamp)
  const letter = {
    messageId,
    // What tells of records of a stream is no event of a type.
    ...{
      type: range ? null : (event?.type ?? null),
      source: range ? null : (event?.source ?? null),
    },
    ...{ id: event?.id ?? null, key: event?.key ?? null, sequence: event?.sequence ?? null },
    timeUs: event?.timeUs ?? null,
    failure: failureOf(message, body),
    from: nameOf(given.DeadLetterQueueSourceArn),
    receives: Number(given.ApproximateReceiveCount ?? 1),
    sentMs: Number.isFinite(sentMs) ? sentMs : null,
    ...{ group: given.MessageGroupId ?? null, place: given.SequenceNumber ?? null, range },
  }
  // Its fields have been read: they are compared as they are.
  return event && paths.length > 0 ? { ...letter, hidden: redact(event, paths) } : letter
}

/** Of what Lambda sends to a destination, the event that its function failed at. */
function withRequest(message: Message, body: JsonValue | undefined): Message {
  const request = requestOf(body)
  if (request === undefined) return message
  const { MessageId, Attributes } = message
  return { MessageId, Attributes, Body: jsonText(request) }
}

function nameOf(arn: string | undefined): string | null {
  return arn === undefined ? null : arn.slice(arn.lastIndexOf(':') + 1)
}
