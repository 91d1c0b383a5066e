import type { JsonPath } from './json-path.js'
import { stringEnd } from './json-text.js'

/* Changes of the texts of JSON objects that keep every other character: numbers stay as exact as
 * they were written. */

/** Where a value stands in the text. */
interface Span {
  readonly valueFrom: number
  readonly to: number
}

interface Member extends Span {
  readonly key: string
}

/** The text of an object's member; of several of one name that of the first. */
export function memberText(text: string, key: string): string | undefined {
  const found = membersOf(text).find((member) => member.key === key)
  return found && text.slice(found.valueFrom, found.to)
}

/** An object with a member of this value: in place of one of the name, else behind the others. */
export function withMember(text: string, key: string, value: string): string {
  const members = membersOf(text)
  const found = members.find((member) => member.key === key)
  if (found) return text.slice(0, found.valueFrom) + value + text.slice(found.to)
  const close = text.lastIndexOf('}')
  const last = members.at(-1)
  const at = last?.to ?? close
  const comma = last ? ',' : ''
  return `${text.slice(0, at)}${comma}${JSON.stringify(key)}:${value}${text.slice(at)}`
}

/** A document with this value wherever a path leads, of several members of one name to each; the
 * same text where it leads nowhere. */
export function withValueAt(text: string, path: JsonPath, value: string): string {
  const [step, ...rest] = path
  if (step === undefined) return value
  const spans: readonly Span[] =
    typeof step === 'number'
      ? elementsOf(text).slice(step, step + 1)
      : membersOf(text).filter(({ key }) => key === step)
  const parts: string[] = []
  let from = 0
  for (const { valueFrom, to } of spans) {
    parts.push(text.slice(from, valueFrom), withValueAt(text.slice(valueFrom, to), rest, value))
    from = to
  }
  parts.push(text.slice(from))
  return parts.join('')
}

/** The members of the outermost object of valid JSON; none where it is no object. */
function membersOf(text: string): Member[] {
  const members: Member[] = []
  if (!text.trimStart().startsWith('{')) return members
  let depth = 0
  let member: { key: string; valueFrom: number } | undefined
  const ends = (at: number) => {
    if (!member || depth !== 1) return
    members.push({ ...member, to: at - trailing(text, at) })
    member = undefined
  }
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') {
      const end = stringEnd(text, at)
      if (depth === 1 && !member) {
        const colon = text.indexOf(':', end)
        const blanks = /[ \t\r\n]*/y
        blanks.lastIndex = colon + 1
        const valueFrom = colon + 1 + (blanks.exec(text)?.[0].length ?? 0)
        member = { key: String(JSON.parse(text.slice(at, end))), valueFrom }
        at = valueFrom - 1
      } else at = end - 1
    } else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') {
      ends(at)
      depth -= 1
    } else if (character === ',') ends(at)
  }
  return members
}

/** The elements of the outermost array of valid JSON; none where it is no array. */
function elementsOf(text: string): Span[] {
  const elements: Span[] = []
  const open = text.search(/[^ \t\r\n]/)
  if (text[open] !== '[') return elements
  let depth = 0
  let from = open + 1
  const ends = (at: number) => {
    const part = text.slice(from, at)
    const valueFrom = from + part.length - part.trimStart().length
    if (part.trim() !== '') elements.push({ valueFrom, to: from + part.trimEnd().length })
    from = at + 1
  }
  for (let at = open; at < text.length; at++) {
    const character = text[at]
    if (character === '"') at = stringEnd(text, at) - 1
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') {
      if (depth === 1) ends(at)
      depth -= 1
    } else if (character === ',' && depth === 1) ends(at)
  }
  return elements
}

/** How many blanks stand before a place. */
function trailing(text: string, at: number): number {
  let count = 0
  while (/[ \t\r\n]/.test(text[at - count - 1] ?? '')) count += 1
  return count
}
