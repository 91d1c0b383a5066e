import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { JsonObject, JsonValue } from '../event/event.js'
import { readJson } from '../event/json.js'

/**
 * An item of DynamoDB as the JSON that events have: integers beyond 2⁵³ are strings of their
 * digits, bytes are base64, sets are lists. The package util-dynamodb loses an attribute that is
 * called `__proto__`, and makes sets and bytes what JSON has no words for.
 */
export function itemJson(item: Readonly<Record<string, AttributeValue>>): JsonObject {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueJson(value)]))
}

function valueJson(value: AttributeValue): JsonValue {
  if (value.S !== undefined) return value.S
  if (value.N !== undefined) return numberJson(value.N)
  if (value.BOOL !== undefined) return value.BOOL
  if (value.M !== undefined) return itemJson(value.M)
  if (value.L !== undefined) return value.L.map(valueJson)
  if (value.SS !== undefined) return [...value.SS]
  if (value.NS !== undefined) return value.NS.map(numberJson)
  if (value.BS !== undefined) return value.BS.map(base64)
  return value.B === undefined ? null : base64(value.B)
}

function numberJson(digits: string): JsonValue {
  const reading = readJson(digits)
  return reading.ok ? reading.value : digits
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
