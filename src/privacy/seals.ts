import { createHash, createHmac, randomBytes } from 'node:crypto'

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
