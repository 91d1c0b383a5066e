// Whether node_modules and dist are up to date, and what to do when they are not.
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const sources = ['src', 'commands', 'dashboards', 'package.json', 'tsconfig.json', 'scripts']

/** Runs Node in the root of the repository; gives the exit code. */
export function node(args, env = {}, stdio = 'inherit') {
  const options = { stdio, env: { ...process.env, ...env } }
  return exitOf(spawnSync(process.execPath, args, options))
}

export function installIfStale() {
  if (modified('node_modules/.package-lock.json') >= modified('package-lock.json')) return 0
  console.error('installing dependencies (npm ci)')
  // A NODE_ENV=production of the user would leave out the tools that build evt.
  const code = npm(['ci', '--include=dev', '--no-audit', '--no-fund'])
  if (code !== 0) console.error(`npm ci failed with exit code ${code}`)
  return code
}

export function buildIfStale() {
  // The manifest is the last file that a build writes.
  const built = modified('dist/src/cli/start.js') && modified('oclif.manifest.json')
  if (built > Math.max(...sources.map(newest))) return 0
  console.error('building (npm run build)')
  const code = npm(['run', '--silent', 'build'])
  if (code !== 0) console.error(`the build failed with exit code ${code}`)
  return code
}

/** npm, with its output on stderr: stdout belongs to the task. */
function npm(args) {
  const own = process.env.npm_execpath
  const stdio = ['ignore', 2, 2]
  if (own?.endsWith('.js')) return node([own, ...args], {}, stdio)
  return exitOf(spawnSync('npm', args, { stdio, shell: process.platform === 'win32' }))
}

function exitOf({ status, signal, error }) {
  if (error) console.error(error.message)
  return status ?? (signal === 'SIGINT' ? 130 : 1)
}

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** The newest change at or below a path. Folders count, so that a removed file is noticed. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return 0
  if (!stat.isDirectory()) return stat.mtimeMs
  return readdirSync(path).reduce(
    (max, name) => Math.max(max, newest(join(path, name))),
    stat.mtimeMs,
  )
}
