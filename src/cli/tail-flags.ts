import * as Flags from '@oclif/core/flags'
import { resourceAddress } from '../aws/address.js'
import { consumerOf } from '../aws/stream-consumers.js'
import { EvtError } from '../errors.js'
import { parsePath } from '../event/json-path.js'
import type { TailRequest } from '../tail/run.js'
import type { Consent, FanOut } from '../taps/tap.js'
import { type EventField, parseFields } from '../ui/event-fields.js'
import { entityText } from './entity-text.js'
import { parseDurationMs, parseTime } from './time.js'

/** What --intrusive stands for where it is typed alone; `main` writes it out. */
const RECEIVE = 'receive'
const several = { multiple: true, multipleNonGreedy: true } as const
/** Longer than this, a timer of Node does not wait. */
const MOST_MS = 2 ** 31 - 1

/** Flags of `evt tail`. */
export const tailFlags = {
  entity: Flags.string({
    ...several,
    helpValue: 'KIND:ID',
    description: 'only events about this entity, such as jobAd:123',
    parse: async (text: string) => entityText(text),
  }),
  key: Flags.string({
    ...several,
    helpValue: 'KEY',
    description: 'only events of this ordering key',
  }),
  grep: Flags.custom<RegExp>({
    helpValue: 'PATTERN',
    description: 'only events whose document, as JSON on one line, has this regular expression',
    parse: async (text: string) => patternOf(text),
  })(),
  fields: Flags.custom<EventField[]>({
    helpValue: 'LIST',
    description: 'show these alone: fields of the event and paths, as in id,type,$.detail.total',
    parse: async (text: string) => parseFields(text),
  })(),
  from: Flags.string({
    helpValue: 'WHERE',
    description:
      'begin at the beginning, at what comes latest, at the first event of a time, or in a shard ' +
      'of Kinesis at a sequence number: beginning, latest, 15m, ISO 8601 or the number',
    parse: async (text: string) => {
      startOf(text, 0)
      return text
    },
  }),
  follow: Flags.boolean({
    allowNo: true,
    description: 'go on at the end with what is added; usual for a file of lines',
  }),
  intrusive: Flags.custom<Consent[]>({
    helpValue: 'HOW',
    description:
      'receive from a queue, which its consumers may notice: alone, or =fifo for a FIFO queue, ' +
      '=dead-letter where few receives lead to the dead-letter queue',
    parse: async (text: string) => consentsOf(text),
  })(),
  consume: Flags.boolean({
    dependsOn: ['intrusive'],
    description: 'delete from the queue what was shown',
  }),
  resume: Flags.string({
    helpValue: 'FILE',
    description:
      'a checkpoint: what it says was shown is not shown again, and it is told what is, about ' +
      'once a second and at the end; --from is for the first run. After kill -9 what was shown ' +
      'since it was written comes a second time, and nothing is skipped',
  }),
  'fan-out': Flags.boolean({
    exclusive: ['consumer'],
    description: 'read a stream of Kinesis by a consumer that evt registers and removes',
  }),
  consumer: Flags.string({
    helpValue: 'ARN',
    description: 'read a stream of Kinesis by this consumer, which nobody else may use meanwhile',
    parse: async (text: string) => consumerArn(text),
  }),
  notifications: Flags.string({
    exclusive: ['from'],
    helpValue: 'QUEUE',
    description:
      'of s3://: take from this queue of SQS what S3 tells of new objects, instead of listing ' +
      'them, and delete it once they are read',
    parse: async (text: string) => notificationsOf(text),
  }),
  'live-tail': Flags.boolean({
    description: 'let a live tail of CloudWatch Logs say when something came: about $0.01 a minute',
  }),
  limit: Flags.integer({ helpValue: 'N', min: 1, description: 'end after so many events' }),
  duration: Flags.custom<number>({
    helpValue: 'TIME',
    description: 'end after this time, such as 60s or 5m',
    parse: async (text: string) => durationOf(text),
  })(),
  redact: Flags.string({
    ...several,
    helpValue: 'PATH',
    description: 'hide what is at this path, beside privacy.redact of evt.yaml',
    parse: async (text: string) => {
      parsePath(text)
      return text
    },
  }),
}

/** By whom a stream of Kinesis is read. */
export function fanOutOf({
  'fan-out': isOwn,
  consumer,
}: {
  'fan-out'?: boolean | undefined
  consumer?: string | undefined
}): FanOut | undefined {
  return consumer === undefined ? (isOwn ? 'own' : undefined) : { consumerArn: consumer }
}

/** @throws EvtError `usage` for what is no queue */
function notificationsOf(text: string): string {
  if (resourceAddress(text)?.service === 'sqs') return text
  throw new EvtError(`--notifications ${text} is no queue of SQS`, {
    code: 'usage',
    hint:
      'write sqs://QUEUE, its ARN or its URL: S3 tells it of objects, by itself or through SNS ' +
      'or EventBridge',
  })
}

function consumerArn(text: string): string {
  if (consumerOf(text)) return text
  throw new EvtError(`${JSON.stringify(text)} is no ARN of a consumer`, {
    code: 'usage',
    hint: 'aws kinesis list-stream-consumers --stream-arn ARN lists those of a stream',
  })
}

/** @throws EvtError `usage` for what is no way to receive from a queue */
function consentsOf(text: string): Consent[] {
  const ways = text.split(',')
  const others = ways.filter((way) => way !== 'fifo' && way !== 'dead-letter' && way !== RECEIVE)
  if (others.length === 0) {
    return ['intrusive', ...ways.filter((way) => way === 'fifo' || way === 'dead-letter')]
  }
  throw new EvtError(`--intrusive knows no ${JSON.stringify(others[0])}`, {
    code: 'usage',
    hint: 'write --intrusive, --intrusive=fifo, --intrusive=dead-letter, or fifo,dead-letter',
  })
}

/** Those of Kinesis have 56 digits, those of DynamoDB 21 to 40: no time has so many. */
const isSequence = /^\d{21,128}$/

/** @throws EvtError `usage` for what is no place to begin */
export function startOf(text: string, nowMs: number): TailRequest['start'] {
  if (text === 'beginning' || text === 'latest') return text
  if (isSequence.test(text)) return { sequence: text }
  try {
    return { fromUs: parseTime(text, nowMs) }
  } catch (cause) {
    throw new EvtError(`${JSON.stringify(text)} is no place to begin`, {
      code: 'usage',
      hint: 'write beginning, latest, 15m for that long ago, or 2026-11-01T14:00:00Z',
      cause,
    })
  }
}

/** @throws EvtError `usage` for what is no duration */
export function durationOf(text: string): number {
  const ms = parseDurationMs(text)
  if (ms !== undefined && ms > 0 && ms <= MOST_MS) return ms
  throw new EvtError(`${JSON.stringify(text)} is no duration`, {
    code: 'usage',
    hint: 'write 500ms, 60s, 5m or 2h; at most 24d',
  })
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'u')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^.*: /s, '') : String(cause)
    throw new EvtError(`${JSON.stringify(text)} is no regular expression: ${reason}`, {
      code: 'usage',
      hint: 'a backslash before one of ^$\\.*+?()[]{}| takes it as it is',
      cause,
    })
  }
}
