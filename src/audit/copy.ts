import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import { type JsonValue, MAX_RECORD_BYTES } from '../event/event.js'
import { parseBytes } from '../event/json.js'
import { isObject } from './merge-patch.js'
import { itemOf, tableScheme } from './table-copy.js'

/** What a consumer has of an entity. */
export interface Copy {
  /** As it was typed. */
  from: string
  /** Null: nothing. */
  value: JsonValue
  /** Fields by which it is found, which the state may lack. */
  keys: readonly string[]
}

export interface CopyOptions extends AwsOptions {
  /** Paths start here. */
  cwd: string
  stdin?: AsyncIterable<unknown>
  signal: AbortSignal
}

/**
 * A consumer's copy of an entity: an item of a table in DynamoDB, or a JSON document in a file or,
 * for `-`, in standard input. The document is the copy, or an object that has copies by `kind:id`.
 *
 * @throws EvtError `usage` for what is not there or cannot be read, `outside` where AWS fails
 */
export async function copyOf(from: string, entity: string, options: CopyOptions): Promise<Copy> {
  if (from.startsWith(tableScheme)) {
    return { from, ...(await itemOf(from.slice(tableScheme.length), entity, options)) }
  }
  if (/^[a-z][a-z0-9+-]*:\/\//i.test(from)) {
    throw new EvtError(`--against ${from} is no place of a copy`, {
      code: 'usage',
      hint: `name a JSON file, or ${tableScheme} and a table`,
    })
  }
  const reading = parseBytes(await contentOf(from, options))
  if (reading.ok) return { from, value: ofEntity(reading.value, entity), keys: [] }
  throw new EvtError(`--against ${from} ${reading.detail}`, {
    code: 'usage',
    hint: 'one JSON document: what the consumer has of the entity, or an object of such by kind:id',
  })
}

/** Of an object by `kind:id` the entity's own; null where it has others alone. */
function ofEntity(document: JsonValue, entity: string): JsonValue {
  if (!isObject(document)) return document
  if (Object.hasOwn(document, entity)) return document[entity] ?? null
  const keys = Object.keys(document)
  return keys.length > 0 && keys.every((key) => /^[^:]+:./s.test(key)) ? null : document
}

async function contentOf(from: string, options: CopyOptions): Promise<Uint8Array> {
  const { cwd, stdin = process.stdin } = options
  const chunks = from === '-' ? stdin : createReadStream(resolve(cwd, from))
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > MAX_RECORD_BYTES) throw tooLarge(from)
      parts.push(Buffer.from(chunk))
    }
  } catch (cause) {
    if (cause instanceof EvtError || !(cause instanceof Error)) throw cause
    const code = 'code' in cause ? cause.code : cause.message
    const reason = code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`
    throw new EvtError(`--against ${from} ${reason}`, { code: 'usage', cause })
  }
  const content = Buffer.concat(parts)
  const hasMark = content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf
  return hasMark ? content.subarray(3) : content
}

function tooLarge(from: string): EvtError {
  const most = MAX_RECORD_BYTES.toLocaleString('en')
  return new EvtError(`--against ${from} has more than ${most} bytes`, {
    code: 'usage',
    hint: 'a file with what the consumer has of this entity is enough',
  })
}
