import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { evtProcess, root } from '../helpers/cli.js'

// The built evt, as a process.

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
  const trace = join(root, 'test/fixtures/trace-modules.mjs')
  const { code, stderr } = evtProcess(['--help'], { env: { NODE_OPTIONS: `--import=${trace}` } })
  expect(code).toBe(0)
  expect(stderr).toContain('/@oclif/core/')
  expect(stderr).not.toMatch(/\/node_modules\/(@duckdb|@aws-sdk|apache-arrow|hdr-|ink|zod)/)
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
