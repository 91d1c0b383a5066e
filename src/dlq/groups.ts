import { alike } from './failure.js'
import type { Letter } from './letter.js'
import type { DlqResult, LetterGroup } from './result.js'

const EXAMPLES = 3
const HOUR_MS = 3_600_000
const underMs = [HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS, null]

/** Messages that failed alike, most first. */
export function groupsOf(letters: readonly Letter[]): LetterGroup[] {
  const groups = new Map<string, Letter[]>()
  for (const letter of letters) {
    const { type, source, failure, from } = letter
    const { code, message, condition, rule, target } = failure
    const name = [type, source, code, alike(message), condition, rule, target, from]
    const key = JSON.stringify(name)
    const group = groups.get(key)
    if (group) group.push(letter)
    else groups.set(key, [letter])
  }
  const all = [...groups.entries()].map(([key, found]) => ({ key, group: groupOf(found) }))
  all.sort((a, b) => b.group.messages - a.group.messages || (a.key < b.key ? -1 : 1))
  return all.map(({ group }) => group)
}

function groupOf(letters: readonly Letter[]): LetterGroup {
  // A group is made with its first one.
  const [{ type, source, failure, from }] = letters as [Letter]
  const receives = letters.map((letter) => letter.receives)
  const sent = sentMs(letters)
  return {
    ...{ type, source, failure, from, messages: letters.length },
    receives: { least: leastOf(receives), most: mostOf(receives) },
    oldest: sent.length === 0 ? null : new Date(leastOf(sent)).toISOString(),
    newest: sent.length === 0 ? null : new Date(mostOf(sent)).toISOString(),
    examples: letters.slice(0, EXAMPLES).map(({ messageId }) => messageId),
  }
}

/** How many are how old. */
export function agesOf(letters: readonly Letter[], nowMs: number): DlqResult['ages'] {
  const ages = sentMs(letters).map((ms) => nowMs - ms)
  return underMs.map((under, n) => {
    const from = underMs[n - 1] ?? Number.NEGATIVE_INFINITY
    const isOne = (age: number) => age >= from && (under === null || age < under)
    return { underMs: under, messages: ages.filter(isOne).length }
  })
}

/** Until retention deletes the oldest; null where nobody knows. */
export function lossInMs(
  letters: readonly Letter[],
  { retentionMs, nowMs }: { retentionMs: number | null; nowMs: number },
): number | null {
  const sent = sentMs(letters)
  if (retentionMs === null || sent.length === 0) return null
  return Math.max(0, leastOf(sent) + retentionMs - nowMs)
}

function sentMs(letters: readonly Letter[]): number[] {
  return letters.flatMap((letter) => letter.sentMs ?? [])
}

// Spread into a call, a hundred thousand numbers are too many.
const leastOf = (numbers: readonly number[]) =>
  numbers.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY)
const mostOf = (numbers: readonly number[]) =>
  numbers.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY)
