/** A frame of zstd that holds the bytes as they are, in blocks of this size, without a checksum:
 * what no compressor is needed for, and where every byte's place is known. */
export function zstdStored(bytes: Uint8Array, blockBytes = 100_000): Buffer {
  const parts = [Buffer.from(FRAME)]
  for (let at = 0; at === 0 || at < bytes.length; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes)
    const isLast = at + blockBytes >= bytes.length
    const header = Buffer.alloc(BLOCK_HEADER_BYTES)
    header.writeUIntLE(block.length * 8 + (isLast ? 1 : 0), 0, BLOCK_HEADER_BYTES)
    parts.push(header, Buffer.from(block))
  }
  return Buffer.concat(parts)
}

/** A frame that is none of the data. */
export function skippable(bytes: number): Buffer {
  const frame = Buffer.alloc(8 + bytes, 0x7b)
  frame.writeUInt32LE(0x184d2a53, 0)
  frame.writeUInt32LE(bytes, 4)
  return frame
}

/** The magic number, and a window of 128 KiB. */
const FRAME = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]
export const FRAME_HEADER_BYTES = FRAME.length
export const BLOCK_HEADER_BYTES = 3
