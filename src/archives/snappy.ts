/**
 * Unpacks Snappy's raw format (google/snappy, format_description.txt), as Avro has it in its
 * blocks. Undefined where the bytes are not that, or would unpack to more than `mostBytes`.
 */
export function unpackSnappy(packed: Buffer, mostBytes: number): Buffer | undefined {
  const header = lengthOf(packed)
  if (!header || header.bytes > mostBytes) return undefined
  // An element of three bytes makes at most 64.
  if (header.bytes > packed.length * 64) return undefined
  const out = Buffer.alloc(header.bytes)
  let at = header.end
  let to = 0
  while (at < packed.length) {
    const element = elementAt(packed, at)
    if (to + element.bytes > out.length || element.end > packed.length) return undefined
    if (element.offset === undefined) {
      packed.copy(out, to, element.end - element.bytes, element.end)
    } else {
      const from = to - element.offset
      if (from < 0 || element.offset === 0) return undefined
      // Byte by byte: a copy may reach into what it writes.
      for (let i = 0; i < element.bytes; i++) out[to + i] = out[from + i] ?? 0
    }
    to += element.bytes
    at = element.end
  }
  return to === out.length ? out : undefined
}

function lengthOf(packed: Buffer): { bytes: number; end: number } | undefined {
  let bytes = 0
  for (let end = 1; end <= 5; end++) {
    const byte = packed[end - 1]
    if (byte === undefined) return undefined
    bytes += (byte & 0x7f) * 2 ** (7 * (end - 1))
    if (byte < 0x80) return { bytes, end }
  }
  return undefined
}

/** A literal, whose bytes precede `end`, or a copy from `offset` bytes back. */
function elementAt(packed: Buffer, at: number): { bytes: number; end: number; offset?: number } {
  const tag = packed[at] ?? 0
  const high = tag >>> 2
  switch (tag & 3) {
    case 0: {
      const lengthBytes = high < 60 ? 0 : high - 59
      const bytes = (lengthBytes === 0 ? high : littleEndian(packed, at + 1, lengthBytes)) + 1
      return { bytes, end: at + 1 + lengthBytes + bytes }
    }
    case 1: {
      const offset = ((tag >>> 5) << 8) | (packed[at + 1] ?? 0)
      return { bytes: (high & 7) + 4, end: at + 2, offset }
    }
    case 2:
      return { bytes: high + 1, end: at + 3, offset: littleEndian(packed, at + 1, 2) }
    default:
      return { bytes: high + 1, end: at + 5, offset: littleEndian(packed, at + 1, 4) }
  }
}

function littleEndian(bytes: Buffer, at: number, count: number): number {
  let value = 0
  for (let i = count - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}

const HASH_BITS = 14
const LEAST_MATCH = 4
const MOST_COPY = 64
const FAR = 0xffff

/** Packs to Snappy's raw format: a copy where four bytes were there before, as near as 64 KiB. */
export function packSnappy(data: Buffer): Buffer {
  const parts: Buffer[] = [lengthBytes(data.length)]
  const seen = new Int32Array(1 << HASH_BITS).fill(-1)
  let literal = 0
  for (let at = 0; at + LEAST_MATCH <= data.length; ) {
    const word = data.readUInt32LE(at)
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS)
    const from = seen[slot] ?? -1
    seen[slot] = at
    if (from < 0 || at - from > FAR || data.readUInt32LE(from) !== word) {
      at++
      continue
    }
    let length = LEAST_MATCH
    while (at + length < data.length && data[from + length] === data[at + length]) length++
    parts.push(...literalOf(data.subarray(literal, at)), ...copiesOf(at - from, length))
    at += length
    literal = at
  }
  return Buffer.concat([...parts, ...literalOf(data.subarray(literal))])
}

function lengthBytes(length: number): Buffer {
  const bytes: number[] = []
  let left = length
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) + 0x80)
  return Buffer.from([...bytes, left])
}

function literalOf(bytes: Buffer): Buffer[] {
  if (bytes.length === 0) return []
  const head = Buffer.alloc(5)
  head[0] = 63 << 2
  head.writeUInt32LE(bytes.length - 1, 1)
  return [bytes.length <= 60 ? Buffer.from([(bytes.length - 1) << 2]) : head, bytes]
}

function copiesOf(offset: number, length: number): Buffer[] {
  const copies: Buffer[] = []
  for (let left = length; left > 0; left -= MOST_COPY) {
    const copy = Buffer.alloc(3)
    copy[0] = ((Math.min(left, MOST_COPY) - 1) << 2) | 2
    copy.writeUInt16LE(offset, 1)
    copies.push(copy)
  }
  return copies
}
