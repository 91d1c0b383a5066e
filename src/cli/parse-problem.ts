import { EvtError } from '../errors.js'
import { suggest } from '../event/suggest.js'

interface CommandShape {
  readonly id: string
  readonly flags?: object | undefined
}

/** oclif's complaint about the command line in our words; any other error as it is. */
export function parseProblem(error: Error, command: CommandShape): Error {
  const name = `evt ${command.id.replaceAll(':', ' ')}`
  const help = `${name} --help`
  if (error instanceof EvtError || error.message.startsWith('Parsing --')) {
    return flagValueProblem(error, help)
  }
  if ('flags' in error && Array.isArray(error.flags)) {
    return unknownFlags(error.flags.map(String), name, Object.keys(command.flags ?? {}))
  }
  if (!('oclif' in error)) return error
  const extra = extraArgs(error)
  if (extra) {
    const message = `unexpected argument ${extra.join(' ')} for ${name}`
    return new EvtError(message, { code: 'usage', hint: help })
  }
  const known = rewrite(error.message, name)
  return known ? new EvtError(known.message, { code: 'usage', hint: known.hint ?? help }) : error
}

interface Unexpected {
  args: readonly string[]
  parse: { output: { raw: readonly { type: string; input: string }[] } }
}

/** The arguments that are too many, as they stand in the line: oclif sorts equal ones together. */
function extraArgs(error: Error): string[] | undefined {
  if (!/Unexpected arguments?: /.test(error.message)) return undefined
  // UnexpectedArgsError of oclif, which is not exported.
  const { args, parse } = error as Error & Unexpected
  const given = parse.output.raw.filter(({ type }) => type === 'arg')
  return given.slice(-args.length).map(({ input }) => input)
}

function unknownFlags(given: string[], name: string, flags: string[]): EvtError {
  const words = given.map((flag) => flag.replace(/=.*$/, ''))
  const what = words.length === 1 ? 'unknown flag' : 'unknown flags'
  const long = words[0]?.startsWith('--') ? suggest(words[0].slice(2), flags) : undefined
  const help = `${name} --help`
  return new EvtError(`${what} ${words.join(', ')} for ${name}`, {
    code: 'usage',
    hint: long ? `did you mean --${long}?  ${help}` : help,
  })
}

/** oclif writes around the message of an error that a flag's own parser throws; this undoes it. */
function flagValueProblem(error: Error, help: string): EvtError {
  const match = /^Parsing (--\S+) \n\t(.*)\nSee more help with --help$/s.exec(error.message)
  if (!match && error instanceof EvtError) return error
  const [, flag = '', text = error.message] = match ?? []
  const hint = (error instanceof EvtError ? error.hint : undefined) ?? help
  const reason = text.replace(/^Expected/, 'expected')
  const said = reason.startsWith(flag) ? reason : `${flag}: ${reason}`
  return new EvtError(said, { code: 'usage', hint, cause: error })
}

const rules: readonly [
  RegExp,
  (parts: readonly string[], name: string) => { message: string; hint?: string },
][] = [
  [/^Expected --output=(html) to be one of: (.*)$/s, ([, list], name) => noPage(`${list}`, name)],
  [/^Expected (--\S+?)=(.*) to be one of: (.*)$/s, notOneOf],
  [/^Expected (.*) to be one of: (.*)$/s, ([value, list]) => notOneOf(['', `${value}`, `${list}`])],
  [/^Flag (--\S+) expects a value$/, ([flag]) => ({ message: `${flag} needs a value` })],
  [
    /^Flag (--\S+) expects one of these values: (.*)$/,
    ([flag, list]) => ({ message: `${flag} needs a value: one of ${list}` }),
  ],
  [
    /^Flag (--\S+) can only be specified once$/,
    ([flag]) => ({ message: `${flag} is given more than once` }),
  ],
  [/^Missing \d+ required args?:\n(.*)$/s, ([list]) => ({ message: `${argNames(list)} missing` })],
  [/Missing required flag (\S+)/, ([flag]) => ({ message: `--${flag} is missing` })],
  [
    /must be provided when using (--\S+): (--\S+)$/,
    ([flag, needed]) => ({ message: `${flag} needs ${needed}` }),
  ],
  [
    /(--[^\s=]+)=(.*?) cannot also be provided when using (--\S+)/s,
    ([one, value, other]) => {
      // A value that was parsed may have no text any more.
      const isPlain = value !== 'true' && !value?.includes('[object Object]')
      const shown = isPlain ? `${one} ${value}` : one
      return { message: `${other} and ${shown} exclude each other` }
    },
  ],
]

function rewrite(raw: string, name: string): { message: string; hint?: string } | undefined {
  // Colours come from oclif's theme, the last line from its parser.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is taken out.
  const text = raw.replace(/\u001B\[\d+m/g, '').replace(/\nSee more help with --help$/, '')
  for (const [pattern, words] of rules) {
    const match = pattern.exec(text)
    if (match) return words(match.slice(1), name)
  }
  return undefined
}

function notOneOf([flag = '', value = '', list = '']: readonly string[]) {
  const near = suggest(value, list.split(', '))
  const subject = `${flag} ${value}`.trim()
  const message = `${subject} is not one of ${list}`
  return near ? { message, hint: `did you mean ${`${flag} ${near}`.trim()}?` } : { message }
}

/** A page is of a result: what follows a source has none. */
function noPage(list: string, name: string) {
  const message = `--output html is not one of ${list}: ${name} has no end that a page could be of`
  return {
    message,
    hint: 'evt dashboard serve is a page of what comes, evt stats -o html one of what came',
  }
}

/** oclif lists the arguments one a line: the name, spaces, the description; where a flag takes many
 * values, a note follows about flags that swallow arguments, which ours do not. */
function argNames(list = ''): string {
  const [args = ''] = list.split(/\n\s*\n/)
  const names = [...args.matchAll(/^\s*(\S+)/gm)].map(([, name]) => name?.toUpperCase())
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'}`
}
