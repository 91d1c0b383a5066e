import { stringEnd } from './json-text.js'

/* Changes of the texts of JSON objects that keep every other character: numbers stay as exact as
 * they were written. */

interface Member {
  readonly key: string
  /** Of the value in the text. */
  readonly valueFrom: number
  readonly to: number
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

/** How many blanks stand before a place. */
function trailing(text: string, at: number): number {
  let count = 0
  while (/[ \t\r\n]/.test(text[at - count - 1] ?? '')) count += 1
  return count
}
