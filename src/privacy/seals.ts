import { createHash, createHmac, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** A new key, in hexadecimal digits, as it is kept beside a bundle. */
export function newKey(): string {
  return randomBytes(32).toString('hex')
}

/** What says nothing about a text to who does not have the key, and to who has it whether it is
 * this one. */
export function keyedHash(key: string, text: string): string {
  return createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest('hex')
}

export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The SHA-256 of a file, or of its first bytes, and how many these are. */
export function fileHash(
  file: string,
  firstBytes = Number.POSITIVE_INFINITY,
): Promise<{ sha256: string; bytes: number }> {
  if (firstBytes === 0) return streamHash([])
  return streamHash(createReadStream(file, { end: firstBytes - 1 }))
}

export async function streamHash(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of chunks) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { sha256: hash.digest('hex'), bytes }
}
