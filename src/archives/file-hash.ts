import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

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
