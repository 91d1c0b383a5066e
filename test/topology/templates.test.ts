import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checked } from '../../src/topology/check.js'
import { topologyOfTemplates } from '../../src/topology/from-templates.js'
import { root } from '../helpers/cli.js'

// Templates in the shapes of public ones, each with what evt reads in it and finds wrong in it: the
// expected result is written beside a template when it is missing, but never in CI, and reviewed.

const folder = join(root, 'test/fixtures/templates')
const isFixed = /^(1|true)$/.test(process.env['CI'] ?? '')

test.each(readdirSync(folder))('%s', async (name) => {
  const at = join(folder, name)
  const files = readdirSync(at).filter((file) => /^(?!expected)[^.]+\..+$/.test(file))
  const found = checked(await topologyOfTemplates(files, at))
  const file = join(at, 'expected.json')
  if (!existsSync(file) && !isFixed) writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`)
  const expected = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  // What is undefined is not in JSON.
  expect(JSON.parse(JSON.stringify(found))).toEqual(expected)
})
