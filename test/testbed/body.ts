import type { IncomingMessage } from 'node:http'

/** What was asked; undefined where the one who asks has gone before its end. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer<ArrayBuffer> | undefined> {
  const parts: Buffer[] = []
  try {
    for await (const part of request) parts.push(part)
  } catch {
    return undefined
  }
  return Buffer.concat(parts)
}
