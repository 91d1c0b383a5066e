// `node scripts/testbed.mjs` makes ready what tests emulate AWS with, and says what is missing.
// Only Node's own modules: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MOTO = '5.2.1'
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
const venv = join(cache, 'evt-testbed', `moto-${MOTO}`)
const pythons = ['python3', join(venv, 'bin', 'python')]

/** A Python that has moto's server and boto3; undefined where there is none. */
export function pythonWithMoto() {
  return pythons.find((python) => hasMoto(python))
}

function hasMoto(python) {
  const { stdout } = spawnSync(python, ['-c', 'import boto3, moto.server; print(moto.__version__)'])
  return stdout?.toString().trim() === MOTO
}

/** The same, put into a virtual environment of its own where it is missing. */
export function installedMoto() {
  const found = pythonWithMoto()
  if (found) return found
  console.log(`testbed: installs moto ${MOTO} in ${venv}`)
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', venv],
    [join(venv, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', `moto[all,server]==${MOTO}`],
  ]) {
    const { status, error } = spawnSync(command, args, { stdio: 'inherit', timeout: 300_000 })
    if (status !== 0) {
      console.log(`testbed: ${command} ${args.join(' ')} failed ${error?.message ?? ''}`)
      return undefined
    }
  }
  return pythonWithMoto()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const python = installedMoto()
  console.log(
    python ? `testbed: moto ${MOTO} by ${python}` : 'testbed: no moto; its tests are skipped',
  )
}
