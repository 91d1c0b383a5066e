import { fileURLToPath } from 'node:url'
import { afterAll, describe, test } from 'vitest'
import { caseFiles } from './case-file.js'
import { isThere } from './needs.js'
import { runCase } from './run-case.js'
import { turns } from './turns.js'

// Every case of the YAML files beside this one: a command line and files in; stdout, stderr and the
// exit code out, to the letter. See case-file.ts for how to write one, and to write outcomes anew.

const inTurn = turns(2)
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for.
const color = /\u001B\[\d+m/g
/** What nobody wants to read: a stack, a value that is none, what a terminal would obey. */
const noise =
  /^ +at .*[:(]|\bundefined\b|\bNaN\b|\[object |[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/mu

describe.each(caseFiles(fileURLToPath(new URL('.', import.meta.url))))('$name', (file) => {
  afterAll(() => file.save())
  for (const [at, one] of file.cases.entries()) {
    const isMissing = one.needs !== undefined && !isThere[one.needs]()
    const name = isMissing ? `${one.name} (MISSING: ${one.needs})` : one.name
    test(name, { concurrent: true, skip: isMissing }, async ({ expect }) => {
      const { left, ...found } = await inTurn(() => runCase(one))
      expect(found).toStrictEqual(file.expected(at, found))
      expect(left, 'in the folder for temporary files').toEqual([])
      const said = found.stdout + found.stderr
      expect(said.replace(color, '')).not.toMatch(noise)
      if (found.exit !== 0) expect(found.stderr, 'something is said of a failure').not.toBe('')
    })
  }
})
