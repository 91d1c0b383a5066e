import { Register, requestId } from '../erased/register.js'
import type { JsonObject } from '../event/event.js'
import { pathText } from '../event/json-path.js'
import type { OpenSink } from '../sinks/sink.js'
import type { ErasePlan } from './erase-plan.js'
import { pseudonymous } from './nameless.js'
import { keyedHash } from './seals.js'
import { type SentEvent, sendOne } from './send-one.js'
import { idOf, kindOf } from './subject.js'

/** Whom recipients are told that somebody was erased (Art. 19). */
export interface NoticeRequest {
  /** The address of a sink, as typed. */
  to: string
  /** Whether identifiers are named; else they are hashes under the key of the register. */
  isPlain: boolean
}

/** That recipients were told, as evidence has it. */
export interface Notified extends SentEvent {
  /** The address, as typed. */
  readonly to: string
  readonly identifiers: 'hashed' | 'plain'
}

/** Where the event says what it is; and what answers to it are. */
const NOTICE_SOURCE = 'evt.gdpr'
const NOTICE_TYPE = 'subject.erased'
const ANSWER_TYPE = 'subject.erasure.acknowledged'

/**
 * Tells recipients that somebody was erased. The event has the same id where it is sent once more.
 *
 * @throws EvtError `outside` where it is not taken
 */
export async function sendNotice(
  plan: ErasePlan,
  { to, isPlain }: NoticeRequest,
  { sink, nowMs, signal }: { sink: OpenSink; nowMs: number; signal: AbortSignal },
): Promise<Notified> {
  const id = eventIdOf(plan.key, 'notice')
  const detail = await detailOf(plan, isPlain)
  const document = {
    ...{ version: '0', id, source: NOTICE_SOURCE, 'detail-type': NOTICE_TYPE },
    ...{ time: new Date(nowMs).toISOString(), resources: [], detail },
  }
  const named = { id, source: NOTICE_SOURCE, type: NOTICE_TYPE, key: requestId(plan.key) }
  const sent = await sendOne(sink, { ...named, nowMs, body: JSON.stringify(document) }, signal)
  return { ...sent, to, identifiers: isPlain ? 'plain' : 'hashed' }
}

/** A UUID that is one and the same for a plan or a bundle. */
export function eventIdOf(key: string, what: string): string {
  const hex = keyedHash(key, what)
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ]
  return [...parts, hex.slice(20, 32)].join('-')
}

async function detailOf(plan: ErasePlan, isPlain: boolean): Promise<JsonObject> {
  const { subject, mode, key, recipients } = plan
  const register = await Register.open(plan.register)
  const texts = [...subject.entities, ...subject.values.map(({ value }) => value)]
  const hashes = isPlain ? [] : await register.hashesOf(texts)
  const who = (text: string, n: number) =>
    isPlain ? { id: text } : { hmacSha256: hashes[n] ?? '' }
  const { entities } = subject
  return {
    ...{ schema: 'evt.erasureNotice/1', request: requestId(key), right: 'erasure', mode },
    subjects: entities.map((entity, n) => ({
      of: kindOf(entity),
      ...who(isPlain ? idOf(entity) : entity, n),
    })),
    values: subject.values.map(({ path, value }, n) => ({
      at: path === null ? '*' : pathText(path),
      ...who(value, entities.length + n),
    })),
    recipients: (recipients?.consumers ?? []).map(({ id }) => pseudonymous(id, key)),
    answer: { 'detail-type': ANSWER_TYPE, detail: ['request', 'recipient', 'status'] },
  }
}
