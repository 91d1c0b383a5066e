import type { Letter } from './letter.js'
import type { MessageGroup } from './result.js'

const EXAMPLES = 3

/** What the dead letters of one group of a FIFO queue tell by themselves of what passed them. */
type Passed = Pick<MessageGroup, 'passed' | 'skipped' | 'disordered'>

/**
 * SQS gives what is behind a message of a group when that one is deleted or given up. So where two
 * dead letters of a key have numbers between them that are not here, these were processed after the
 * first, or taken out since, if the producer counts without gaps. What followed the
 * last one it does not tell.
 *
 * @param letters of a group; those of a standard queue tell nothing
 */
export function passedOf(letters: readonly Letter[]): Passed {
  if (letters.some(({ group }) => group === null)) return unknown
  const keys = new Map<string, bigint[]>()
  for (const { key, group, sequence } of inOrder(letters)) {
    const number = counted(sequence)
    if (number === undefined) continue
    const name = JSON.stringify([key ?? group])
    const known = keys.get(name)
    if (known) known.push(number)
    else keys.set(name, [number])
  }
  if (keys.size === 0) return unknown
  const all = [...keys.values()].map(passedOfKey)
  return {
    passed: all.reduce((sum, { passed }) => sum + passed, 0),
    skipped: all.flatMap(({ skipped }) => skipped).slice(0, EXAMPLES),
    disordered: all.reduce((sum, { disordered }) => sum + disordered, 0),
  }
}

const unknown: Passed = { passed: null, skipped: [], disordered: 0 }

/** @param numbers in the order in which they were given up */
function passedOfKey(numbers: readonly bigint[]) {
  let most: bigint | undefined
  let disordered = 0
  for (const number of numbers) {
    if (most !== undefined && number < most) disordered += 1
    else most = number
  }
  const sorted = [...numbers].sort((a, b) => (a < b ? -1 : Number(a > b)))
  const skipped: string[] = []
  let passed = 0
  for (const [n, number] of sorted.entries()) {
    const next = sorted[n + 1]
    if (next === undefined || next - number <= 1n) continue
    passed = n + 1
    const [from, to] = [number + 1n, next - 1n]
    skipped.push(from === to ? `${from}` : `${from}–${to}`)
  }
  return { passed, skipped, disordered }
}

/** As SQS numbers what is in a FIFO queue. */
function inOrder(letters: readonly Letter[]): readonly Letter[] {
  const places = letters.map((letter) => ({ letter, place: counted(letter.place) }))
  return places
    .sort(({ place: a }, { place: b }) =>
      a === undefined || b === undefined || a === b ? 0 : a < b ? -1 : 1,
    )
    .map(({ letter }) => letter)
}

/** Undefined for what is no number: a text has none after it. */
export function counted(sequence: string | null): bigint | undefined {
  return sequence !== null && /^-?\d{1,1000}$/.test(sequence) ? BigInt(sequence) : undefined
}
