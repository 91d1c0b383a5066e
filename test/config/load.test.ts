import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { EvtError } from '../../src/errors.js'

let root = ''

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'evt-config-'))
  for (const folder of ['here', 'bare', 'bare/archive']) mkdirSync(join(root, folder))
  for (const [file, alias] of [
    ['here/evt.yaml', 'in the working directory'],
    ['bare/archive/evt.yaml', 'beside the source'],
    ['named.yaml', 'named'],
    ['bare/variable.yaml', 'by EVT_CONFIG'],
  ] as const) {
    writeFileSync(join(root, file), `default: ${alias}\n`)
  }
  writeFileSync(join(root, 'bare/archive/a.ndjson'), '')
  writeFileSync(join(root, 'broken.yaml'), 'a: 1\n')
})

afterAll(() => rmSync(root, { recursive: true }))

test.each([
  [{ cwd: 'here' }, 'in the working directory', 'evt.yaml'],
  [{ cwd: 'bare', firstSource: 'archive/' }, 'beside the source', 'archive/evt.yaml'],
  [{ cwd: 'bare', firstSource: 'archive/a.ndjson' }, 'beside the source', 'archive/evt.yaml'],
  [{ cwd: 'here', firstSource: '../bare/archive' }, 'in the working directory', 'evt.yaml'],
  [{ cwd: 'bare', env: 'variable.yaml' }, 'by EVT_CONFIG', 'variable.yaml'],
  [{ cwd: 'bare', env: 'none', file: '../named.yaml' }, 'named', '../named.yaml'],
  [{ cwd: 'bare' }, undefined, undefined],
  [{ cwd: 'bare', env: '' }, undefined, undefined],
  [{ cwd: 'bare', firstSource: 's3://bucket/prefix' }, undefined, undefined],
  [{ cwd: 'bare', firstSource: '-' }, undefined, undefined],
])('%j reads the configuration %s', async (places, said, file) => {
  const { cwd, env, ...rest } = { env: undefined, ...places }
  const config = await loadConfig({ ...rest, cwd: join(root, cwd), env: { EVT_CONFIG: env } })
  expect(config.default).toBe(said)
  expect(config.file).toBe(file)
})

test.each([
  ['nowhere.yaml', 'no configuration at nowhere.yaml: there is no such file'],
  ['here', 'no configuration at here: it is a folder'],
  ['broken.yaml', 'broken.yaml:1: unknown key a'],
])('--config %s is refused', async (file, message) => {
  const loading = loadConfig({ file, cwd: root, env: {} })
  await expect(loading).rejects.toBeInstanceOf(EvtError)
  await expect(loading).rejects.toMatchObject({ code: 'usage', message })
})
