import type { Message } from '../aws/queue.js'
import type { JsonObject, JsonValue } from '../event/event.js'
import { parseJson } from '../event/json.js'
import type { LetterFailure } from './result.js'

/** Attributes of who gave a message up: EventBridge and its scheduler write them large, Lambda
 * small. */
const attributes = {
  code: ['ERROR_CODE', 'ErrorCode'],
  message: ['ERROR_MESSAGE', 'ErrorMessage'],
  condition: ['EXHAUSTED_RETRY_CONDITION'],
  rule: ['RULE_ARN', 'SCHEDULE_ARN'],
  target: ['TARGET_ARN'],
} as const

/** Whatever differs between two that failed alike: ids and numbers. */
const particular =
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{12,}\b|\d+/gi

/** How a message failed, by its attributes, else by its body where that is what Lambda sends to a
 * destination. */
export function failureOf(message: Message, body: JsonValue | undefined): LetterFailure {
  const given = message.MessageAttributes ?? {}
  const text = (names: readonly string[]) =>
    names.flatMap((name) => given[name]?.StringValue ?? [])[0] ?? null
  const ofBody = lambdaFailure(body)
  return {
    code: text(attributes.code) ?? ofBody.code,
    message: text(attributes.message) ?? ofBody.message,
    condition: text(attributes.condition) ?? ofBody.condition,
    rule: text(attributes.rule),
    target: text(attributes.target) ?? ofBody.target,
  }
}

/** The body of a message as JSON; of a notification of SNS, what it carries. */
export function bodyOf({ Body = '' }: Message): JsonValue | undefined {
  const body = parsed(Body)
  const inner = objectOf(body)
  const isNotification = inner['Type'] === 'Notification' && typeof inner['Message'] === 'string'
  return isNotification ? parsed(String(inner['Message'])) : body
}

/** What a function was called with that it failed at; undefined where the body is no such. */
export function requestOf(body: JsonValue | undefined): JsonValue | undefined {
  const { requestContext, requestPayload } = objectOf(body)
  return requestContext === undefined ? undefined : requestPayload
}

export function objectOf(value: JsonValue | undefined): Readonly<Partial<JsonObject>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}

export function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}

/** A message of an error without what is particular to one of them. */
export function alike(message: string | null): string | null {
  return message === null ? null : message.replace(particular, '#')
}

function lambdaFailure(body: JsonValue | undefined): Omit<LetterFailure, 'rule'> {
  const { requestContext, responseContext, responsePayload } = objectOf(body)
  const [context, response, payload] = [requestContext, responseContext, responsePayload].map(
    objectOf,
  )
  const isOne = typeof context?.['condition'] === 'string'
  if (!isOne) return { code: null, message: null, condition: null, target: null }
  return {
    code: textOf(payload?.['errorType']) ?? textOf(response?.['functionError']),
    message: textOf(payload?.['errorMessage']),
    condition: textOf(context?.['condition']),
    target: textOf(context?.['functionArn']),
  }
}

/** Undefined where it is no JSON. */
export function parsed(text: string): JsonValue | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
