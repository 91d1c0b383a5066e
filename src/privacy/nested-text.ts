import { gunzipSync, gzipSync } from 'node:zlib'
import { readJson } from '../event/json.js'

/** The JSON text that a text holds, and how the text is made again of another one. */
export interface Nested {
  readonly text: string
  wrap(text: string): string
}

const MOST_BYTES = 128 * 1024 * 1024
const base64 = /^(?:[A-Za-z0-9+/]{4}){2,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** JSON as a text, and in base64, also packed with gzip: as queues, streams and logs have it. */
export function nestedText(text: string): Nested | undefined {
  if (isJson(text)) return { text, wrap: (changed) => changed }
  if (!isBase64(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  const plain = bytes.toString()
  if (isJson(plain)) {
    return { text: plain, wrap: (changed) => Buffer.from(changed).toString('base64') }
  }
  const unpacked = unpack(bytes)
  if (unpacked === undefined || !isJson(unpacked)) return undefined
  return { text: unpacked, wrap: (changed) => gzipSync(changed).toString('base64') }
}

function isBase64(text: string): boolean {
  return base64.test(text)
}

/** What is in base64; empty where a text is none. */
export function plainOf(text: string): string {
  return isBase64(text) ? Buffer.from(text, 'base64').toString() : ''
}

/** The same, each byte as a letter: nothing of it is lost where it is no text. */
export function lettersOf(text: string): string {
  return isBase64(text) ? Buffer.from(text, 'base64').toString('latin1') : ''
}

function isJson(text: string): boolean {
  return /^\s*[{["]/.test(text) && readJson(text).ok
}

function unpack(bytes: Buffer): string | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return undefined
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES }).toString()
  } catch {
    return undefined
  }
}
