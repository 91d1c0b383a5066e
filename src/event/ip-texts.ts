import { ipBytes } from './ip-address.js'
import { TextAutomaton, type TextPart, type TextSet } from './text-automaton.js'

const HEX = '0123456789abcdef'
const DOT: TextPart = [['.']]
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

/** The texts of the addresses that begin with the first bits of an address, however they are
 * written; those of the address alone where all of its bits count. */
export function ipTexts(address: readonly number[], bits = address.length * 8): TextSet {
  if (address.length === 4) {
    const short = address.flatMap((_, n): TextPart[] => {
      return [...(n === 0 ? [] : [DOT]), decimal(bytesAt(address, bits, n))]
    })
    return {
      are: [new TextAutomaton(short, ...v6Forms([...MAPPED, ...address], bits + 96))],
      areNot: [],
    }
  }
  const mapped = new TextAutomaton(...v6Forms([...MAPPED, 0, 0, 0, 0], 96))
  return { are: [new TextAutomaton(...v6Forms(address, bits))], areNot: [mapped] }
}

/** What `cidr` takes: a block's texts. */
export function blockTexts(block: string): TextSet {
  const [base = '', bits = ''] = block.split('/')
  return ipTexts(ipBytes(base) ?? [], Number(bits))
}

/** The least and the greatest byte at a place, where so many bits count. */
function bytesAt(address: readonly number[], bits: number, n: number): [number, number] {
  const free = Math.min(8, Math.max(0, (n + 1) * 8 - bits))
  const least = ((address[n] ?? 0) >> free) << free
  return [least, least + (1 << free) - 1]
}

/** One to three digits, zeros before them too. */
function decimal([least, greatest]: [number, number]): TextPart {
  const ways: string[][] = []
  for (let byte = least; byte <= greatest; byte++) {
    const digits = String(byte)
    for (let length = digits.length; length <= 3; length++) {
      ways.push(digits.padStart(length, '0').split(''))
    }
  }
  return ways
}

/** With all groups, and with `::` in place of some that are zero. */
function v6Forms(address: readonly number[], bits: number): TextPart[][] {
  const groups = Array.from({ length: 8 }, (_, n) => nibblesOf(address, bits, n))
  const forms = [joined(groups)]
  for (let before = 0; before < 8; before++) {
    for (let after = 0; before + after < 8; after++) {
      const between = groups.slice(before, 8 - after)
      if (!between.flat().every((nibble) => nibble.includes('0'))) continue
      forms.push([
        ...joined(groups.slice(0, before)),
        [[':', ':']],
        ...joined(groups.slice(8 - after)),
      ])
    }
  }
  return forms
}

function joined(groups: readonly (readonly string[])[]): TextPart[] {
  return groups.flatMap((nibbles, n): TextPart[] => {
    const ways = nibbles.flatMap((_, from) => {
      const isLess = nibbles.slice(0, from).every((nibble) => nibble.includes('0'))
      return isLess ? [nibbles.slice(from)] : []
    })
    return n === 0 ? [ways] : [[[':']], ways]
  })
}

/** Which four digits a group may have. */
function nibblesOf(address: readonly number[], bits: number, group: number): string[] {
  return [0, 1, 2, 3].map((n) => {
    const at = group * 16 + n * 4
    const byte = address[at >> 3] ?? 0
    const nibble = n % 2 === 0 ? byte >> 4 : byte & 15
    const free = Math.min(4, Math.max(0, at + 4 - bits))
    const least = (nibble >> free) << free
    const digits = HEX.slice(least, least + (1 << free))
    return [...new Set(digits + digits.toUpperCase())].join('')
  })
}
