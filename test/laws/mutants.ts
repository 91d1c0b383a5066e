/** Numbers that look random and are the same for the same seed (xorshift32, Marsaglia 2003). */
export function createRandom(seed: number): (below: number) => number {
  let state = seed | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** What decoders stumble over: brackets, escapes, lengths, magic numbers, names. */
const tokens = [
  ...['{', '}', '[', ']', '"', '\\', '\\u0000', '\\ud800', ',', ':', 'null', 'NaN', '1e999', '-0'],
  ...['{"__proto__":{}}', '"Records":[', '[[[[', '\n', '\r\n', '\u0000', '9007199254740993'],
].map((text) => Buffer.from(text))
const bytes = [
  ...[[0xff], [0x80], [0xff, 0xff, 0xff, 0xff, 0x7f], [0x1f, 0x8b, 8], [0x28, 0xb5, 0x2f, 0xfd]],
  ...[
    [0xf3, 0x89, 0x9a, 0xc2],
    [3, 5],
    [0, 0, 0, 0, 1],
    [0x4f, 0x62, 0x6a, 1],
    [0xef, 0xbb, 0xbf],
  ],
].map((some) => Buffer.from(some))
const inserts = [...tokens, ...bytes]

/** A few changes of the bytes, as corruption and malice make them. */
export function mutant(
  seed: Buffer,
  seeds: readonly Buffer[],
  random: (below: number) => number,
): Buffer {
  let bytes = Buffer.from(seed)
  for (let left = 1 + random(3); left > 0; left--) bytes = changed(bytes, seeds, random)
  return bytes
}

function changed(
  bytes: Buffer,
  seeds: readonly Buffer[],
  random: (below: number) => number,
): Buffer<ArrayBuffer> {
  const at = random(bytes.length + 1)
  const to = Math.min(bytes.length, at + 1 + random(16))
  const [head, middle, tail] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)]
  const insert = inserts[random(inserts.length)] ?? head
  const other = seeds[random(seeds.length)] ?? head
  switch (random(7)) {
    case 0:
      return Buffer.concat([head, middle.map((byte) => byte ^ (1 << random(8))), tail])
    case 1:
      return Buffer.concat([head, middle.map(() => random(256)), tail])
    case 2:
      return Buffer.concat([head, tail])
    case 3:
      return Buffer.concat([head, middle, middle, tail])
    case 4:
      return Buffer.concat([head, insert, middle, tail])
    case 5:
      return Buffer.concat([head, other.subarray(random(other.length + 1))])
    default:
      return Buffer.from(head)
  }
}
