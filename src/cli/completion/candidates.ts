import type { Manifest } from '@oclif/core/interfaces'
import type { RunPlace } from '../types-seen.js'
import type { Candidate, Candidates } from './candidate.js'
import { fitting, questionCandidates, sourceCandidates, valuesOf } from './values.js'

type CachedCommand = Manifest['commands'][string]
type CachedFlag = CachedCommand['flags'][string]

const general: readonly Candidate[] = [
  { value: '--help', about: 'show help' },
  { value: '--version', about: 'which evt, on which Node' },
]
const help: Candidate = { value: 'help', about: 'explain a command' }

/** What the last of the words after `evt` may become. */
export async function candidatesFor(
  words: readonly string[],
  { commands }: Manifest,
  place: RunPlace,
): Promise<Candidates> {
  const typed = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const asksHelp = before[0] === 'help'
  const path = asksHelp ? before.slice(1) : before
  const command = commandOf(path, commands)
  if (command && !asksHelp) {
    const found = await commandCandidates(command, words, place)
    const named = command.id === path.join(':') ? fitting(nextNames(path, commands), typed) : []
    return joined(named, found)
  }
  const names = fitting(nextNames(path, commands), typed)
  if (asksHelp && path.length === 0) return [...names, ...fitting(await topicNames(), typed)]
  if (path.length > 0) return names
  return typed.startsWith('-') ? fitting(general, typed) : [...names, ...fitting([help], typed)]
}

async function topicNames(): Promise<Candidate[]> {
  const { topics } = await import('../topics/index.js')
  return topics.map(({ name, summary }) => ({ value: name, about: summary }))
}

function commandOf(words: readonly string[], commands: Manifest['commands']) {
  for (let length = words.length; length > 0; length--) {
    const id = words.slice(0, length).join(':')
    if (Object.hasOwn(commands, id)) return commands[id]
  }
  return undefined
}

/** The words that can follow in the names of commands. */
function nextNames(path: readonly string[], commands: Manifest['commands']): Candidate[] {
  const found = new Map<string, Candidate>()
  for (const { id, hidden, summary } of Object.values(commands)) {
    const names = id.split(':')
    const value = names[path.length]
    if (hidden || value === undefined || path.some((word, n) => names[n] !== word)) continue
    if (!found.has(value)) found.set(value, { value, about: summary })
  }
  return [...found.values()].sort((a, b) => (a.value < b.value ? -1 : 1))
}

async function commandCandidates(
  command: CachedCommand,
  words: readonly string[],
  place: RunPlace,
): Promise<Candidates> {
  const given = words.slice(command.id.split(':').length)
  const typed = given.at(-1) ?? ''
  const { awaiting, used, positions, isEnded } = readFlags(command, given.slice(0, -1))
  if (awaiting) return valuesOf(awaiting, typed, place)
  if (typed.startsWith('-') && !isEnded) {
    const [, name = '', value] = /^--([^=]+)=(.*)$/s.exec(typed) ?? []
    const flag = command.flags[name]
    if (value === undefined || !flag) return fitting(flagNames(command, used), typed)
    const values = await valuesOf(flag, value, place)
    return values === 'files' ? values : values.map((each) => inFlag(name, each))
  }
  const args = Object.values(command.args)
  const arg = args[positions] ?? args.filter((each) => 'multiple' in each && each.multiple).at(-1)
  if (!arg) return []
  if (!sourceArgs.has(arg.name) && !asksQuestion(command.id)) return valuesOf(arg, typed, place)
  const isQuestion = asksQuestion(command.id) && positions === 0 && !used.has('sql')
  const questions = isQuestion && !used.has('file') ? await questionCandidates(typed, place) : []
  return sourceArgs.has(arg.name)
    ? joined(questions, await sourceCandidates(typed, place))
    : questions
}

/** Their first word is a name of the catalogue: evt query NAME, evt query show NAME. */
const asksQuestion = (id: string) => id === 'query' || id === 'query:show'

function joined(first: readonly Candidate[], then: Candidates): Candidates {
  if (first.length === 0) return then
  return then === 'files' ? first : [...first, ...then]
}

/** `a` and `b` are those of evt diff. */
const sourceArgs: ReadonlySet<string> = new Set(['source', 'a', 'b'])

const inFlag = (name: string, { value, about }: Candidate) => ({
  value: `--${name}=${value}`,
  about,
})

/** Reads the words before the last as oclif does. */
function readFlags({ flags }: CachedCommand, words: readonly string[]) {
  const used = new Set<string>()
  let awaiting: CachedFlag | undefined
  let positions = 0
  let isEnded = false
  for (const word of words) {
    if (awaiting) {
      awaiting = undefined
    } else if (isEnded || !/^-./.test(word)) {
      positions += 1
    } else if (word === '--') {
      isEnded = true
    } else {
      const [name = '', value] = word.replace(/^--(no-)?/, '').split('=', 2)
      const isFlag = (flag: CachedFlag) => (word.startsWith('--') ? flag.name : flag.char) === name
      const flag = Object.values(flags).find(isFlag) ?? shortFlag(flags, word)
      if (!flag) continue
      used.add(flag.name)
      if (flag.type === 'option' && value === undefined && !/^-\w./.test(word)) awaiting = flag
    }
  }
  return { awaiting, used, positions, isEnded }
}

/** `-o`, and `-ojson`. */
function shortFlag(flags: CachedCommand['flags'], word: string): CachedFlag | undefined {
  return Object.values(flags).find(({ char }) => char !== undefined && char === word[1])
}

/** The flags that can still be given. */
function flagNames({ flags }: CachedCommand, used: ReadonlySet<string>): Candidate[] {
  const excluded = new Set([...used].flatMap((name) => flags[name]?.exclusive ?? []))
  const free = Object.values(flags).filter((flag) => {
    const isTaken = used.has(flag.name) && !('multiple' in flag && flag.multiple)
    const isExcluded = excluded.has(flag.name) || flag.exclusive?.some((name) => used.has(name))
    return !flag.hidden && !isTaken && !isExcluded
  })
  const names = free.flatMap((flag): Candidate[] => {
    const { name, description: about } = flag
    const negated =
      flag.type === 'boolean' && flag.allowNo ? [{ value: `--no-${name}`, about }] : []
    return [{ value: `--${name}`, about }, ...negated]
  })
  return [...names, { value: '--help', about: 'show help' }]
}
