import { type Line, part } from './line.js'

const keys: readonly (readonly [string, string])[] = [
  ['space', 'pause what is shown; it is measured all the same'],
  ['/', 'show only what has a text in its type, key, entities or id'],
  ['s', 'sort the types: by what is wrong, by rate, by p99, by name'],
  ['up down', 'go through the last events; PgUp and PgDn by pages'],
  ['enter', 'open the chosen event, else the latest, as a tree'],
  ['esc', 'close, clear the filter, go on'],
  ['q', 'quit; Ctrl-C too, with exit 130'],
]

const words: readonly (readonly [string, string])[] = [
  ['/s p50 p99', 'of the last minute or two; – where too few came to claim it'],
  ['dup', 'delivered again, of all deliveries'],
  ['order', 'arrived after a later one of its key'],
  ['early', 'arrived before the time that it carries'],
  ['!', 'something is wrong; the lines with ! show the very events'],
]

/** What the keys do and what the columns mean. */
export function helpLines(lines: number): Line[] {
  const rows = (list: typeof keys): Line[] =>
    list.map(([name, text]) => [part(`   ${name.padEnd(12)}`, 'bold'), part(text)])
  const all: Line[] = [
    [part(' keys', 'dim')],
    ...rows(keys),
    [part(' ')],
    [part(' columns', 'dim')],
    ...rows(words),
  ]
  return all.slice(0, lines)
}
