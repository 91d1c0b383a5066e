/** Where {@link hashText} leaves its result, two signed 32-bit integers. An object for each call
 * would cost more than the hash. */
export const hashed = { high: 0, low: 0 }

/**
 * A 64-bit hash of the text's UTF-16 code units, with a seed of 64 bits to chain texts: two lanes
 * of MurmurHash3 x86 with the constants of its 128-bit form, mixed with each other at the end. Two
 * lanes that xor and multiply alone would share their low bits.
 */
export function hashText(text: string, seedHigh: number, seedLow: number): void {
  const { length } = text
  // Without the additions an empty text would leave its seed as it is.
  let high = (seedHigh + 0x9e3779b9) | 0
  let low = (seedLow + 0x7f4a7c15) | 0
  let at = 0
  for (; at + 1 < length; at += 2) {
    const block = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16)
    high =
      (Math.imul(rotate(high ^ scramble(block, 0x239b961b, 0xab0e9789), 19), 5) + 0x561ccd1b) | 0
    low = (Math.imul(rotate(low ^ scramble(block, 0x38b34ae5, 0xa1e38b93), 17), 5) + 0x0bcaa747) | 0
  }
  if (at < length) {
    high ^= scramble(text.charCodeAt(at), 0x239b961b, 0xab0e9789)
    low ^= scramble(text.charCodeAt(at), 0x38b34ae5, 0xa1e38b93)
  }
  high = ((high ^ length) + low) | 0
  low = ((low ^ length) + high) | 0
  high = avalanche(high)
  low = avalanche(low)
  hashed.high = (high + low) | 0
  hashed.low = (low + hashed.high) | 0
}

function scramble(block: number, first: number, second: number): number {
  return Math.imul(rotate(Math.imul(block, first), 15), second)
}

function rotate(bits: number, by: number): number {
  return (bits << by) | (bits >>> (32 - by))
}

function avalanche(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
