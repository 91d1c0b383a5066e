import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { root } from './helpers/cli.js'
import { describeWith } from './helpers/needs.js'

// What a user gets: the tarball of the build, in an empty folder, without any dev dependency.

const folder = mkdtempSync(join(tmpdir(), 'evt-pack-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function npm(args: readonly string[], cwd: string) {
  const options = { cwd, encoding: 'utf8', shell: process.platform === 'win32' } as const
  const { status, stdout, stderr } = spawnSync('npm', args, options)
  return { code: status, stdout, stderr }
}

const registryAnswers = npm(['ping', '--fetch-retries=0', '--fetch-timeout=10000'], root).code === 0

describeWith('a package registry that answers', registryAnswers)('the package', () => {
  test('installs from its tarball and runs', { timeout: 90_000 }, () => {
    // The build is there already; running it again would pull dist away under other tests.
    const pack = npm(['pack', '--ignore-scripts', '--pack-destination', folder], root)
    expect(pack.code, pack.stderr).toBe(0)
    const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    const install = npm(
      ['install', '--omit=dev', '--no-audit', '--no-fund', `./${tarball}`],
      folder,
    )
    expect(install.code, install.stderr).toBe(0)

    const evt = (...args: string[]) => {
      const bin = join(folder, 'node_modules/.bin/evt')
      const { status, stdout, stderr } = spawnSync(bin, args, { cwd: folder, encoding: 'utf8' })
      return { code: status, stdout, stderr }
    }
    expect(evt('--version')).toMatchObject({ code: 0, stderr: '' })
    expect(evt('--help')).toMatchObject({ code: 0, stderr: '' })
    expect(evt('--help').stdout).toContain('$ evt [COMMAND]')
    writeFileSync(join(folder, 'a.ndjson'), '{"id":"1","time":"2026-11-01T00:00:00Z"}\n')
    const page = evt('stats', 'a.ndjson', '--output', 'html')
    expect(page).toMatchObject({ code: 0, stderr: '' })
    expect(page.stdout).toContain('made with')
    expect(evt('nonsense-command')).toMatchObject({ code: 2, stdout: '' })
  })
})
