import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bashText, typedLine } from '../../../src/cli/completion/typed.js'
import { campaign } from '../../helpers/campaign.js'

const breaks = ' \t\n"\'@><=;|&(:'
const typed = (line: string) => typedLine(line, breaks)

describe('a line up to the cursor', () => {
  test.each([
    ['evt ', ['evt', '']],
    ['evt  stats\ta', ['evt', 'stats', 'a']],
    ['evt "a b" c\\ d', ['evt', 'a b', 'c d']],
    ["evt 'it'\\''s' x", ['evt', "it's", 'x']],
    ['evt "\\$a \\n" x', ['evt', '$a \\n', 'x']],
    ['evt "" ', ['evt', '', '']],
    ['evt \\', ['evt', '']],
  ])('%j has the words %j', (line, words) => {
    expect(typed(line).words).toEqual(words)
  })

  test.each([
    ['evt --type=or', 7],
    ['evt prod:', 5],
    ['evt a:b@c', 3],
    ['evt a\\:b', 0],
    ["evt or'der", 2],
    ['evt order', 0],
  ])('%j: bash replaces what follows the first %d characters of its last word', (line, kept) => {
    expect(typed(line).kept).toBe(kept)
  })

  test.each(['evt $HO', 'evt "a $(b', 'evt `a', "evt 'a'b", 'evt a > o', 'evt a >o', 'evt a | b'])(
    'the last word of %j is left to the shell',
    (line) => {
      expect(typed(line).isForeign).toBe(true)
    },
  )

  test.each(['evt $HOME/a b', "evt 'a' b", 'evt a > o b'])('that of %j is not', (line) => {
    expect(typed(line).isForeign).toBe(false)
  })
})

test('what bash gets for a word is that word, after whatever was typed of it', () => {
  const visible = fc.string({ unit: fc.constantFrom(...' $`"\'\\!*?[](){}<>|&;#~=:@,%^ab/.-é☃') })
  const cases = fc.sample(fc.tuple(visible, fc.nat(5), fc.constantFrom('', "'", '"')), {
    numRuns: campaign(300),
    seed: 7,
  })
  const words = cases.flatMap(([value, length, quote]) => {
    if (value === '' || value.startsWith('~/')) return []
    // A beginning as bash itself would have quoted it.
    const start = bashText(value.slice(0, length), { quote, kept: 0 })
    const line = `x ${quote}${start}`
    const found = typed(line)
    if (quote === '"' && start.includes('!')) return []
    expect(found.words.at(-1), line).toBe(value.slice(0, length))
    const isWhole = found.quote === quote || quote === ''
    expect(isWhole, line).toBe(true)
    const keptText = line.slice(
      2,
      line.length - replacedLength(line, value.slice(0, length), found),
    )
    return [{ value, text: `${keptText}${bashText(value, found)}${quote}` }]
  })
  const script = words.map(({ text }) => `printf '%s\\0' ${text}`).join('\n')
  const { stdout, stderr } = spawnSync('bash', ['--norc'], { input: script, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout.split('\0').slice(0, -1)).toEqual(words.map(({ value }) => value))
})

/** How much of the end of the line bash takes away: the text of what is not kept. */
function replacedLength(line: string, value: string, found: ReturnType<typeof typed>): number {
  const { kept, quote } = found
  for (let length = 0; length <= line.length; length++) {
    const rest = line.slice(line.length - length)
    if (rest === bashText(value, { quote, kept })) return length
  }
  throw new Error(`${line}: ${JSON.stringify(found)}`)
}
