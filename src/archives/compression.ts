import { gunzip } from './gunzip.js'
import type { Compression, Report } from './object.js'
import { unzstd } from './unzstd.js'

export interface DecompressOptions {
  report: Report
  chunkBytes: number
  /** The same bytes from the start, to come closer to a corrupt place. */
  again?: () => AsyncIterable<Buffer>
}

const ZSTD = 0xfd2fb528
/** Of the sixteen kinds of skippable frame, without the last digit. */
const SKIPPABLE = 0x184d2a5

/** By the first bytes of an object. */
export function compressionOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  const magic = head.length < 4 ? 0 : head.readUInt32LE(0)
  return magic === ZSTD || magic >>> 4 === SKIPPABLE ? 'zstd' : 'none'
}

/** The bytes as they were before they were compressed, up to where they are damaged: then the
 * fault is reported. */
export function decompress(
  compression: Exclude<Compression, 'none'>,
  stored: AsyncIterable<Buffer>,
  options: DecompressOptions,
): AsyncGenerator<Buffer> {
  return compression === 'gzip' ? gunzip(stored, options) : unzstd(stored, options)
}
