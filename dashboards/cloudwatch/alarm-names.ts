import { createHash } from 'node:crypto'

const MOST_CHARACTERS = 255

/** Names of alarms, each once: `evt/queue/orders/loss`. Long ones end with a hash of the whole. */
export function alarmNames(prefix: string): (...words: string[]) => string {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  return (...words) => {
    const whole = [prefix, ...words].join('/')
    const known = names.get(whole)
    if (known !== undefined) return known
    // A rule of a composite alarm names others in quotes.
    const plain = whole.replace(/["\\\p{Cc}]/gu, "'")
    const isPlain = plain === whole && whole.length <= MOST_CHARACTERS && !taken.has(plain)
    const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8)
    const name = isPlain ? plain : `${plain.slice(0, MOST_CHARACTERS - hash.length - 1)}-${hash}`
    taken.add(name)
    names.set(whole, name)
    return name
  }
}
