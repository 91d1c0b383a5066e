import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandText, shellQuoted } from '../../src/ui/shell-quote.js'

test.each([
  ['archive/', 'archive/'],
  ['s3://bucket/prefix', 's3://bucket/prefix'],
  ['', "''"],
  ['a b', "'a b'"],
  ["it's", "'it'\\''s'"],
  ['key=$.detail.orderId', "'key=$.detail.orderId'"],
  ['archive/**/*.gz', "'archive/**/*.gz'"],
  ['~/x', "'~/x'"],
  ['\u001b[2J', "$'\\033[2J'"],
])('%j is typed as %s', (argument, typed) => expect(shellQuoted(argument)).toBe(typed))

test('a shell reads back what was quoted, and no terminal obeys it', () => {
  const unit = fc.constantFrom(...'a \'"\\$`!*;&|\n\u001b\u202eé日~=7')
  const argument = fc.string({ unit, maxLength: 12 })
  fc.assert(
    fc.property(fc.array(argument, { minLength: 1, maxLength: 20 }), (words) => {
      const line = commandText(words)
      expect(line).not.toMatch(/[\p{Cc}\u202e]/u)
      const read = execFileSync('bash', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
      expect(read.split('\0').slice(0, -1)).toEqual(words)
    }),
    { numRuns: 40 },
  )
})
