import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { evtProcess, root } from '../helpers/cli.js'

// The built evt, as a process.

/** On stderr are the files that were loaded. */
function traced(...args: string[]) {
  const trace = join(root, 'test/fixtures/trace-modules.mjs')
  return evtProcess(args, { env: { NODE_OPTIONS: `--import=${trace}` } })
}

test('--version says which evt, on which Node', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { code, stdout, stderr } = evtProcess(['--version'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(new RegExp(`^evt-cli/${version} \\S+ node-${process.version}\n$`))
})

test.each(['development', 'test', 'production'])('NODE_ENV=%s changes nothing', (mode) => {
  const plain = evtProcess(['--help'])
  expect(evtProcess(['--help'], { env: { NODE_ENV: mode } })).toEqual(plain)
  expect(plain).toMatchObject({ code: 0, stderr: '' })
})

test('a list of plugins that cannot be read is not looked at', () => {
  const home = mkdtempSync(join(tmpdir(), 'evt-plugins-'))
  mkdirSync(join(home, 'evt'))
  writeFileSync(join(home, 'evt/package.json'), '{')
  const { code, stderr } = evtProcess(['--version'], { env: { XDG_DATA_HOME: home } })
  rmSync(home, { recursive: true })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('--help loads no slow module', () => {
  const { code, stderr } = traced('--help')
  expect(code).toBe(0)
  expect(stderr).toContain('/@oclif/core/')
  expect(stderr).not.toMatch(/\/node_modules\/(@duckdb|@aws-sdk|apache-arrow|hdr-|ink)/)
  expect(stderr).not.toMatch(/\/chunks\/(duckdb-node-api|zod)-/)
})

test('what is built in is in chunks that have its name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evt-built-in-'))
  const config = join(folder, 'evt.yaml')
  writeFileSync(config, 'privacy: { redact: [] }\n')
  const { code, stderr } = traced('stats', join(root, 'package.json'), '--config', config)
  rmSync(folder, { recursive: true })
  expect(code).toBe(0)
  for (const name of ['duckdb-node-api', 'yaml', 'zod']) {
    expect(stderr).toContain(`/chunks/${name}-`)
  }
  expect(stderr).not.toMatch(/\/node_modules\/(@duckdb\/node-api|yaml|zod)\//)
})

test('a reader that closes the pipe ends evt quietly with 0', async () => {
  const child = spawn(process.execPath, [join(root, 'bin/run.js'), '--help'])
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  child.stdout.destroy()
  const [code] = await once(child, 'close')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('Ctrl-C lets a command finish what it has, and exits 130', async () => {
  const script = join(root, 'test/fixtures/run-fixture-commands.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script, 'probe', '--end', 'slow'], {
    cwd: root,
  })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  const [code] = await once(child, 'close')
  expect({ code, stderr }).toEqual({ code: 130, stderr: 'evt: interrupted\n' })
})
