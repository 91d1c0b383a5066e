import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Stage, stage } from '../cases/run-case.js'
import { root } from '../helpers/cli.js'

// What can be run of the examples is run, by the built evt: their load test and npx are scripts.

const PATIENCE_MS = 100_000
const read = (path: string) => readFileSync(join(root, path), 'utf8')

let at: Stage
beforeEach(() => {
  at = stage()
  writeFileSync(
    join(at.work, 'evt.yaml'),
    'archives: { prod: archive/ }\nchecks: ["events >= 1"]\nevents: { "*": { id: $.id, type: ' +
      '$.type, source: $.source, time: $.time, receivedAt: $.at } }\n',
  )
  const bin = at.env['PATH']?.split(':')[0] ?? ''
  const load = join(at.work, 'load.mjs')
  writeFileSync(load, loadScript)
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\n'${process.execPath}' '${load}'\n`, { mode: 0o755 })
  // npx --yes --package evt-cli evt …
  writeFileSync(join(bin, 'npx'), '#!/bin/sh\nshift 3\nexec "$@"\n', { mode: 0o755 })
})
afterEach(() => at.remove())

/** Leaves 1,200 events of now in archive/. */
const loadScript = `import { mkdirSync, writeFileSync } from 'node:fs'
const start = Date.now() - 60_000
const event = (n) => ({
  ...{ id: 'e-' + n, type: 'order.placed', source: 'shop' },
  time: new Date(start + n).toISOString().replace('Z', '100Z'),
  at: new Date(start + n + 20 + ((n * 7_919) % 21)).toISOString().replace('Z', '200Z'),
})
mkdirSync('archive', { recursive: true })
const lines = Array.from({ length: 1_200 }, (_, n) => JSON.stringify(event(n)) + '\\n')
writeFileSync('archive/a.ndjson', lines.join(''))
`

function bash(script: string, env: Readonly<Record<string, string>> = {}) {
  const options = { cwd: at.work, env: { ...at.env, ...env }, encoding: 'utf8' as const }
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], options)
  return { exit: status, told: stdout + stderr }
}

const saved = () => readdirSync(join(at.work, 'baselines'))

test(
  'the pipeline of GitLab passes, also the first time, and saves runs of its main branch',
  () => {
    const { gate } = parse(read('docs/examples/gitlab.yml'))
    expect(gate).toMatchObject({ image: expect.any(String), artifacts: { when: 'always' } })
    const script = ['set -e', ...gate.script].join('\n')
    const branch = { CI_DEFAULT_BRANCH: 'main', CI_COMMIT_REF_NAME: 'main' }
    const main = { ...branch, CI_COMMIT_BRANCH: 'main' }
    for (const runs of [1, 2]) {
      const { exit, told } = bash(script, main)
      expect(exit, told).toBe(0)
      expect(saved()).toHaveLength(runs)
    }
    expect(bash(script, { ...branch, CI_COMMIT_BRANCH: 'other' }).exit).toBe(0)
    expect(saved()).toHaveLength(2)
    for (const file of [...gate.artifacts.paths, gate.artifacts.reports.junit]) {
      expect(existsSync(join(at.work, file)), file).toBe(true)
    }
  },
  PATIENCE_MS,
)

test(
  'the workflow of GitHub uses inputs that the action has, and passes, also the first time',
  () => {
    const action = parse(read('action.yml'))
    const { jobs } = parse(read('docs/examples/github.yml'))
    const steps: { uses?: string; run?: string; with?: Record<string, string> }[] = jobs.gate.steps
    for (const step of steps) expect([step.uses, step.run].filter(Boolean)).toHaveLength(1)
    const load = steps.find(({ run }) => run !== undefined)?.run ?? ''
    const inputs = steps.find(({ uses }) => uses === './')?.with ?? {}
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(inputs)))
    const [{ run, env }] = action.runs.steps
    const inputFor = (expression: string) => {
      const name = /inputs\.([\w-]+)/.exec(expression)?.[1] ?? ''
      const value = inputs[name] ?? action.inputs[name].default
      return value.replace(/^\$\{\{.*'(baselines)'.*\}\}$/, '$1')
    }
    const given = Object.fromEntries(
      Object.entries<string>(env).map(([name, expression]) => [name, inputFor(expression)]),
    )
    const runner = {
      ...{ ...given, RUNNER_TEMP: at.temp, GITHUB_STEP_SUMMARY: join(at.work, 'summary') },
      GITHUB_REF_NAME: 'main',
    }
    for (const runs of [1, 2]) {
      const { exit, told } = bash(`${load}\n${run}`, runner)
      expect(exit, told).toBe(0)
      expect(saved()).toHaveLength(runs)
    }
    expect(readFileSync(runner.GITHUB_STEP_SUMMARY, 'utf8')).toContain('latency.p99')
  },
  PATIENCE_MS,
)

test(
  'the container of cron judges what came since it ran before',
  () => {
    const text = read('docs/examples/Dockerfile')
    const entry: string[] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)?.[1] ?? '[]')
    const [, typed = ''] = /^#\s+docker run .* evt-check (.*)$/m.exec(text) ?? []
    const command = [...entry, typed].join(' ')
    const { exit, told } = bash(`npm run load\n${command}`)
    expect(exit, told).toBe(0)
    expect(told).toContain('pass  events >= 1')
  },
  PATIENCE_MS,
)
