import { EvtError } from '../errors.js'
import { suggest } from '../event/suggest.js'

/** oclif's "command x not found" as an EvtError; undefined for every other error. */
export function unknownCommand(error: Error, ids: readonly string[]): EvtError | undefined {
  const words = /^command (.+) not found\.?$/is.exec(error.message)?.[1]?.split(':')
  if (!words) return undefined
  const known = words.findLastIndex((_, i) => ids.includes(words.slice(0, i + 1).join(':'))) + 1
  if (known > 0) {
    const name = `evt ${words.slice(0, known).join(' ')}`
    const message = `unexpected argument ${words.slice(known).join(', ')} for ${name}`
    return new EvtError(message, { code: 'usage', hint: `${name} --help` })
  }
  const { typed, near } = nearest(words, ids)
  return new EvtError(`unknown command ${typed}`, {
    code: 'usage',
    hint: near ? `did you mean evt ${near}?  evt --help` : 'evt --help',
  })
}

/** oclif joins every leading word into the id, so `stast archive/` is `stast:archive/`. */
function nearest(words: string[], ids: readonly string[]) {
  const [first = ''] = words
  const topics = [...new Set(ids.map((id) => id.split(':')[0] ?? id))]
  if (!topics.includes(first) || words.length === 1) {
    return { typed: first, near: suggest(first, topics) }
  }
  const typed = words.slice(0, 2).join(' ')
  const inTopic = ids.filter((id) => id.startsWith(`${first}:`)).map((id) => id.replace(':', ' '))
  return { typed, near: suggest(typed, inTopic) }
}
