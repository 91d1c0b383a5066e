import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import { resourceAddress } from '../aws/address.js'
import { rulesOf } from '../aws/bus-rules.js'
import { type EventsBus, openEventsBus } from '../aws/put-events.js'
import { EvtError } from '../errors.js'
import type { JsonObject, JsonValue } from '../event/event.js'
import { readJson } from '../event/json.js'
import { memberText } from '../event/json-members.js'
import { parseTime } from '../event/time.js'
import { failedCall, failedEntry } from './answers.js'
import type { OpenSink, Sent, Sink, SinkEntry } from './sink.js'

/** Of a whole call: below 1 MB. */
const MOST_BYTES = 999_999
const TIME_BYTES = 14
const MOST_TYPE_CHARACTERS = 128
const iamActions = ['events:DescribeEventBus', 'events:PutEvents']

/** Buses. What is an event of EventBridge already is put as it is, apart from what EventBridge sets
 * itself (id, account, region); another document becomes the detail. */
export const eventbridge: Sink = {
  name: 'eventbridge',
  writes: 'eventbridge://bus, or its ARN',
  order: 'A bus keeps no order.',
  repeated: 'Where an answer is lost, an event is put again, and its rules may match both.',
  cost: 'Each 64 KB of an event counts as one event put.',
  ...{ marks: 'detail', callMs: 20 },
  iamActions,
  async open(address, { aws, signal }) {
    const named = resourceAddress(address)
    if (named?.service !== 'eventbridge') throw new Error(`no bus: ${address}`)
    if (named.part !== undefined) {
      throw new EvtError(`events are put on a bus, not on the rule ${named.part}`, {
        code: 'usage',
        hint: `write eventbridge://${named.name}`,
      })
    }
    const bus = await openEventsBus(named, { ...aws, signal, needs: iamActions })
    const region = aws.region ?? named.region
    const fans = async () => {
      const rules = await rulesOf(named.arn ?? named.name, { ...aws, region, signal })
      return rules.filter(({ isEnabled, pattern }) => isEnabled && pattern !== undefined)
    }
    return { ...opened(bus, named.name), fans }
  },
}

function opened(bus: EventsBus, name: string): OpenSink<PutEventsRequestEntry> {
  const region = bus.arn.split(':')[3] || 'an unknown region'
  return {
    arn: bus.arn,
    target: `the bus ${name} in ${region}`,
    limits: { entries: 10, entryBytes: MOST_BYTES, batchBytes: MOST_BYTES },
    ...{ keepsOrder: false, tellsSource: true },
    price: { per: 'entry', unitBytes: 65_536, usdPerMillion: 1 },
    prepare(entry) {
      const message = putEntry(entry)
      return 'refused' in message ? message : { message, sizeBytes: bytesOf(message) }
    },
    async send(batch, signal) {
      try {
        const { Entries = [] } = await bus.putEvents(batch, signal)
        return batch.map((_, n) => sentOf(Entries[n] ?? {}))
      } catch (error) {
        const call = { action: 'events:PutEvents', on: `the bus ${name}`, signal }
        return failedCall(error, batch.length, { ...call, region: async () => region })
      }
    },
    close: () => bus.close(),
  }
}

interface ResultEntry {
  EventId?: string | undefined
  ErrorCode?: string | undefined
  ErrorMessage?: string | undefined
}

function sentOf({ EventId, ErrorCode, ErrorMessage }: ResultEntry): Sent {
  if (EventId !== undefined) return { isSent: true, messageId: EventId }
  const isTheirs = ErrorCode === undefined || /^Internal|Unavailable/.test(ErrorCode)
  return failedEntry({ code: ErrorCode, message: ErrorMessage, isOurs: !isTheirs })
}

function putEntry(entry: SinkEntry): PutEventsRequestEntry | { refused: string } {
  const reading = readJson(entry.body)
  const document = 'value' in reading ? reading.value : undefined
  if (!isObject(document)) return { refused: 'it is no JSON object' }
  const put = ownEntry(document, entry.body) ?? {
    ...{ Source: entry.source, DetailType: entry.type, Detail: entry.body },
    ...(entry.timeUs === null ? {} : { Time: new Date(entry.timeUs / 1_000) }),
  }
  const { Source = '', DetailType = '' } = put
  if (Source === '') return { refused: 'it has no source' }
  if (Source.startsWith('aws.')) {
    return { refused: `has the source ${Source}: those that begin with aws. are for AWS alone` }
  }
  const isLong = [...DetailType].length > MOST_TYPE_CHARACTERS
  return isLong ? { refused: `its type has more than ${MOST_TYPE_CHARACTERS} characters` } : put
}

/** Of what is an event of EventBridge itself. */
function ownEntry(document: JsonObject, text: string): PutEventsRequestEntry | undefined {
  const { source, 'detail-type': type, detail, resources, time } = document
  if (typeof source !== 'string' || typeof type !== 'string' || !isObject(detail)) return undefined
  const at = parseTime(time)
  const names = Array.isArray(resources) ? resources.filter((one) => typeof one === 'string') : []
  return {
    ...{ Source: source, DetailType: type, Detail: memberText(text, 'detail') ?? '{}' },
    ...(at && 'timeUs' in at ? { Time: new Date(at.timeUs / 1_000) } : {}),
    ...(names.length > 0 ? { Resources: names } : {}),
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** As EventBridge counts them. */
function bytesOf({ Source, DetailType, Detail, Resources = [], Time }: PutEventsRequestEntry) {
  const texts = [Source, DetailType, Detail, ...Resources]
  const bytes = texts.reduce((sum, text = '') => sum + Buffer.byteLength(text), 0)
  return bytes + (Time ? TIME_BYTES : 0)
}
