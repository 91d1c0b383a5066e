import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileHash } from '../archives/file-hash.js'

/** A bundle that is one file. */
export function isZip(bundle: string): boolean {
  return /\.zip$/i.test(bundle)
}

const SEAL = 'evt.bundle/1 sha256 '
/** How long the comment is stands in the last two bytes of a zip file, before the comment. */
const LENGTH_BYTES = 2
const sealBytes = SEAL.length + 64

/**
 * Packs files of a folder. The comment of the zip file is the hash of all that is before its
 * length: no byte of it can change unseen, be it of no file.
 *
 * @param mtime of all of them, as they are known elsewhere
 */
export async function writeZip(
  zip: string,
  { folder, names, mtime }: { folder: string; names: readonly string[]; mtime: Date },
): Promise<void> {
  const { ZipFile } = await import('yazl')
  const packed = new ZipFile()
  for (const name of names) {
    // What is encrypted has nothing to be compressed.
    const compress = !name.endsWith('.age')
    packed.addFile(join(folder, name), name, { mtime, mode: 0o100600, compress })
  }
  packed.end()
  const written = pipeline(
    packed.outputStream,
    createWriteStream(zip, { flags: 'wx', mode: 0o600 }),
  )
  const failed = new Promise<never>((_, reject) => packed.once('error', reject))
  await Promise.race([written, failed])
  await seal(zip)
}

async function seal(zip: string): Promise<void> {
  const handle = await open(zip, 'r+')
  try {
    const { size } = await handle.stat()
    const { sha256 } = await fileHash(zip, size - LENGTH_BYTES)
    const comment = Buffer.alloc(LENGTH_BYTES + sealBytes)
    comment.writeUInt16LE(sealBytes)
    comment.write(SEAL + sha256, LENGTH_BYTES)
    await handle.write(comment, 0, comment.length, size - LENGTH_BYTES)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Whether the comment of a zip file is of a bundle. */
export function saysEvt(comment: string): boolean {
  return comment.startsWith(SEAL)
}

/** Whether a zip file is, to the byte, what was sealed. */
export async function isSealed(zip: string): Promise<boolean> {
  const handle = await open(zip)
  try {
    const { size } = await handle.stat()
    const start = size - sealBytes - LENGTH_BYTES
    if (start < 0) return false
    const comment = Buffer.alloc(LENGTH_BYTES + sealBytes)
    await handle.read(comment, 0, comment.length, start)
    const { sha256 } = await fileHash(zip, start)
    const text = comment.toString('latin1', LENGTH_BYTES)
    return comment.readUInt16LE() === sealBytes && text === SEAL + sha256
  } finally {
    await handle.close()
  }
}
