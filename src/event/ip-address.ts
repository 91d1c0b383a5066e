import { isIPv6 } from 'node:net'

/** The bytes of an IP address, 4 or 16; undefined where the text is none. An IPv4 address that is
 * written as IPv6 (`::ffff:a00:1`) is itself. */
export function ipBytes(text: string): readonly number[] | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const bytes = text.split('.').map(Number)
    return bytes.every((byte) => byte <= 255) ? bytes : undefined
  }
  if (!/^[0-9a-f:]*:[0-9a-f:]*$/i.test(text) || !isIPv6(text)) return undefined
  const [before = [], after] = text.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const zeros = Array<string>(after ? 8 - before.length - after.length : 0).fill('0')
  const bytes = [...before, ...zeros, ...(after ?? [])].flatMap((group) => {
    const number = Number.parseInt(group, 16)
    return [number >> 8, number & 0xff]
  })
  const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
  return mapped.every((byte, n) => bytes[n] === byte) ? bytes.slice(12) : bytes
}

/** Tells the addresses of a block, as in `10.0.0.0/24`; undefined where the text is none. */
export function ipBlock(text: string): ((address: string) => boolean) | undefined {
  const [, base = '', digits] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? []
  const first = ipBytes(base)
  const bits = Number(digits)
  if (!first || !(bits < first.length * 8)) return undefined
  return (address) => {
    const bytes = ipBytes(address)
    if (bytes?.length !== first.length) return false
    return bytes.every((byte, n) => {
      const free = Math.min(8, Math.max(0, (n + 1) * 8 - bits))
      return byte >> free === (first[n] ?? 0) >> free
    })
  }
}
