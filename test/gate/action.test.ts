import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { root } from '../helpers/cli.js'

/** The script of the action, as its runner starts it; evt is a script that tells its words. */
const { runs } = parse(readFileSync(join(root, 'action.yml'), 'utf8'))
const [step] = runs.steps
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evt-action-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function act(exit: number, inputs: Record<string, string>) {
  const report = `case "$*" in check*) echo told > "$RUNNER_TEMP/evt-check.md"; exit ${exit};; esac`
  const script = `#!/bin/sh\nfor word in "$@"; do printf '[%s]' "$word"; done; echo\n${report}\n`
  writeFileSync(join(folder, 'evt'), script, { mode: 0o755 })
  const empty = Object.fromEntries(Object.keys(step.env).map((name: string) => [name, '']))
  const run = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], {
    encoding: 'utf8',
    cwd: folder,
    env: {
      ...{ ...empty, ...inputs, PATH: `${folder}:${process.env['PATH']}` },
      ...{ RUNNER_TEMP: folder, GITHUB_STEP_SUMMARY: join(folder, 'summary') },
    },
  })
  const told = run.stdout.replaceAll(folder, '{temp}')
  return { exit: run.status, told, summary: readFileSync(join(folder, 'summary'), 'utf8') }
}

test('each rule is one word, whatever is in it, and the run is saved where it passed', () => {
  const rules = 'events >= 1000\n\n$(touch pwned) `id` "; exit 0\n'
  const inputs = {
    EVT_SOURCE: 'a/\nb/\n',
    EVT_MEASURING: '--type order.*',
    EVT_RULES: rules,
    EVT_BASELINE: 'runs',
    EVT_SAVE_TO: 'runs',
  }
  expect(act(0, inputs)).toEqual({
    exit: 0,
    told:
      '[check][a/][b/][--type][order.*][--rule][events >= 1000][--rule]' +
      '[$(touch pwned) `id` "; exit 0][--baseline][runs][--report][{temp}/evt-check.md]\n' +
      '[baseline][save][a/][b/][--type][order.*][--to][runs]\n',
    summary: 'told\n',
  })
})

test('what does not pass ends the step with its code, and is not saved', () => {
  const inputs = { EVT_SOURCE: 'a/', EVT_SAVE_TO: 'runs', EVT_ARGUMENTS: '--explain' }
  expect(act(5, inputs)).toEqual({
    exit: 5,
    told: '[check][a/][--explain][--report][{temp}/evt-check.md]\n',
    summary: 'told\n',
  })
})
