import { readFile } from 'node:fs/promises'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { readError } from '../archives/read-error.js'
import { EvtError } from '../errors.js'

/** What makes bytes unreadable for everybody but those that it is for, chunk by chunk. */
export interface Encryption {
  /** Public keys, `age1…`: who can read it. */
  readonly recipients: readonly string[]
  encrypt(plain: WebStream<Uint8Array>): Promise<AsyncIterable<Uint8Array>>
}

/** Gives the bytes back to whoever has the key. */
export interface Decryption {
  /** Fails for bytes that are for another key, or were changed. */
  decrypt(secret: WebStream<Uint8Array>): Promise<AsyncIterable<Uint8Array>>
}

/** What encrypted files are called behind their own name. */
export const AGE = '.age'

/**
 * Encrypts as age does (age-encryption.org/v1), for several recipients.
 *
 * @throws EvtError `usage` for what is no public key of age
 */
export async function encryptionFor(
  recipients: readonly string[],
): Promise<Encryption | undefined> {
  const unique = [...new Set(recipients)]
  if (unique.length === 0) return undefined
  const { Encrypter } = await import('age-encryption')
  const fresh = () => {
    const encrypter = new Encrypter()
    for (const recipient of unique) encrypter.addRecipient(recipient)
    return encrypter
  }
  try {
    fresh()
  } catch (cause) {
    throw new EvtError('an --age-recipient is no public key of age', {
      code: 'usage',
      hint: 'it starts with age1; age-keygen -y FILE tells the one of a key',
      cause,
    })
  }
  const encrypt = async (plain: WebStream<Uint8Array>) =>
    iterable(await fresh().encrypt(ofWeb(plain)))
  return { recipients: unique, encrypt }
}

/**
 * @param file as age-keygen writes it: a key in each line, and remarks
 * @throws EvtError `usage` where it cannot be read, or has no key of age; it repeats none of it
 */
export async function decryptionBy(file: string): Promise<Decryption> {
  const text = await readFile(file, 'utf8').catch((error) => {
    throw readError(file, error)
  })
  const lines = text.split('\n').map((line) => line.trim())
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const { Decrypter } = await import('age-encryption')
  const fresh = () => {
    const decrypter = new Decrypter()
    for (const key of keys) decrypter.addIdentity(key)
    return decrypter
  }
  try {
    fresh()
  } catch {
    // What it says of the failure might be the key.
    throw noKey(file)
  }
  if (keys.length === 0) throw noKey(file)
  return { decrypt: async (secret) => iterable(await fresh().decrypt(ofWeb(secret))) }
}

/** They are one and the same, which types of browsers do not know. */
function ofWeb(stream: WebStream<Uint8Array>): ReadableStream<Uint8Array> {
  return stream as unknown as ReadableStream<Uint8Array>
}

/** Its type is that of browsers; in Node each stream can be iterated. */
function iterable(stream: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  return stream as WebStream<Uint8Array>
}

function noKey(file: string): EvtError {
  return new EvtError(`${file} has no key of age`, {
    code: 'usage',
    hint: 'age-keygen writes one: a line that starts with AGE-SECRET-KEY-1',
  })
}
