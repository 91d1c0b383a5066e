import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

const DRAWS_TO_MIX = 32

/** Random numbers that depend on nothing but the seed and the stream: one stream for each purpose,
 * so that another rate of one fault does not change the rest of the workload. */
export class Random {
  private readonly generator

  constructor(seed: number, stream: number) {
    this.generator = xoroshiro128plus(mixed(seed ^ Math.imul(stream + 1, 0x9e3779b1)))
    for (let i = 0; i < DRAWS_TO_MIX; i++) this.generator.next()
  }

  /** From 0 up to, but without, 1, in steps of 2^-32. */
  unit(): number {
    return (this.generator.next() >>> 0) * 2 ** -32
  }

  /** An integer from 0 up to, but without, `limit`. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit)
  }

  /** An integer between two positive ones, both included; each order of magnitude as likely as the
   * next. */
  logBetween(low: number, high: number): number {
    return Math.round(low * (high / low) ** this.unit())
  }

  /** Standard normal (Box and Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()))
    return radius * Math.cos(2 * Math.PI * this.unit())
  }
}

/** The finalizer of MurmurHash3: a bijection of 32-bit integers that looks random. */
export function mixed(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

const digits = Buffer.from('0123456789abcdef', 'latin1')
const scratch = Buffer.alloc(36)

/** Puts hexadecimal digits of a word into `scratch`: of its eight, those before the `to`th. */
function putHex(word: number, at: number, from = 0, to = 8): void {
  for (let i = from; i < to; i++) {
    scratch[at + i - from] = digits[(word >>> (28 - i * 4)) & 15] ?? 0
  }
}

/** A UUID (version 4 by its looks) that follows from its arguments. Within one salt the first eight
 * digits alone tell indexes apart. */
export function uuid(seed: number, index: number, salt: number): string {
  const a = mixed(seed ^ mixed(index + Math.imul(salt, 0x9e3779b1)))
  const b = mixed(a ^ Math.imul(index + 1, 0x85ebca77) ^ salt)
  const c = mixed(b + 0x27d4eb2f)
  const variant = (c & 0x3fffffff) | 0x80000000
  scratch.fill('-')
  putHex(a, 0)
  putHex(b, 9, 0, 4)
  putHex((b & 0xfff) | 0x4000, 14, 4)
  putHex(variant, 19, 0, 4)
  putHex(variant, 24, 4)
  putHex(mixed(c ^ a), 28)
  return scratch.toString('latin1')
}

/** Twelve hexadecimal digits that look random. */
export function hex12(word: number): string {
  putHex(mixed(word + 1), 0)
  putHex(mixed(word + 2), 8, 0, 4)
  return scratch.toString('latin1', 0, 12)
}
