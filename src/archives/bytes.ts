import { type FileHandle, open, stat } from 'node:fs/promises'
import { decompress } from './compression.js'
import type { Compression, Fault, FileObject, ReadableObject, Report } from './object.js'
import { codeOf, readError } from './read-error.js'

const CHUNK_BYTES = 1024 * 1024

export interface BytesOptions {
  compression: Compression
  /** Called for everything that kept the object from being read whole, before the bytes end. */
  report: Report
  /** Called with the size of each chunk as stored, for progress. */
  onStored?: ((bytes: number) => void) | undefined
  chunkBytes?: number | undefined
}

/**
 * The bytes of an object, decompressed, in chunks that may be kept. Of a damaged object all that
 * precedes the damage comes; then the fault is reported. A stream cannot be read twice, so up to
 * two chunks before a corrupt place of its gzip are lost.
 *
 * @throws EvtError `usage` where reading is not permitted, `outside` where it fails
 */
export function readBytes(object: ReadableObject, options: BytesOptions): AsyncGenerator<Buffer> {
  const { compression, report, onStored = () => {}, chunkBytes = CHUNK_BYTES } = options
  const stored =
    object.kind === 'stream'
      ? object.stream[Symbol.asyncIterator]()
      : fileBytes(object, report, chunkBytes)
  const chunks = counted(stored, onStored)
  if (compression === 'none') return chunks
  if (object.kind === 'stream') return decompress(compression, chunks, { report, chunkBytes })
  const again = () => fileBytes(object, () => {}, chunkBytes)
  return decompress(compression, chunks, { report, chunkBytes, again })
}

async function* counted(
  chunks: AsyncIterable<Buffer>,
  onStored: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onStored(chunk.length)
    yield chunk
  }
}

/** At least `sizeBytes` from the start of an object as it is stored, or all there is. */
export async function peekBytes(object: ReadableObject, sizeBytes: number): Promise<Buffer> {
  if (object.kind === 'stream') return object.stream.peek(sizeBytes)
  const handle = await openFile(object)
  if (!handle) return Buffer.alloc(0)
  try {
    return await readInto(object, handle, Buffer.alloc(sizeBytes))
  } finally {
    await handle.close()
  }
}

/** Whether a file is still what was listed: for readers other than {@link readBytes}. */
export async function changeOf(object: FileObject): Promise<Fault | undefined> {
  try {
    return difference(object, await stat(object.file))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return gone
    throw readError(object.path, error)
  }
}

const gone: Fault = { reason: 'changed', detail: 'is gone since it was listed' }

async function* fileBytes(
  object: FileObject,
  report: Report,
  chunkBytes: number,
): AsyncGenerator<Buffer> {
  const handle = await openFile(object)
  if (!handle) return report(gone)
  const read = () => readInto(object, handle, Buffer.allocUnsafeSlow(chunkBytes))
  let next = read()
  try {
    for (let chunk = await next; chunk.length > 0; chunk = await next) {
      next = read()
      yield chunk
    }
    const fault = difference(object, await handle.stat())
    if (fault) report(fault)
  } finally {
    // A reader that stopped early does not care how the chunk fared that was read ahead.
    await next.catch(() => undefined)
    await handle.close()
  }
}

async function openFile(object: FileObject): Promise<FileHandle | undefined> {
  try {
    return await open(object.file)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw readError(object.path, error)
  }
}

async function readInto(object: FileObject, handle: FileHandle, chunk: Buffer): Promise<Buffer> {
  try {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, null)
    return chunk.subarray(0, bytesRead)
  } catch (error) {
    throw readError(object.path, error)
  }
}

function difference(listed: FileObject, now: { size: number; mtimeMs: number }): Fault | undefined {
  const sizes = `from ${listed.sizeBytes} to ${now.size} bytes since it was listed`
  if (now.size > listed.sizeBytes) return { reason: 'changed', detail: `grew ${sizes}` }
  if (now.size < listed.sizeBytes) return { reason: 'changed', detail: `shrank ${sizes}` }
  if (now.mtimeMs === listed.mtimeMs) return undefined
  return { reason: 'changed', detail: 'was written to since it was listed' }
}
