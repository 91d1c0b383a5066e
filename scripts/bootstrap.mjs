// `npm run demo` and `npm test` on a bare clone: installs and builds what is missing or older than
// its sources, then runs the task. Only Node's own modules, as nothing else is there yet.
import { existsSync } from 'node:fs'
import { buildIfStale, installIfStale, node } from './fresh.mjs'
import { runTests } from './run-tests.mjs'
import { installedTrino, installedTrinoHive } from './trino.mjs'

const [task, ...args] = process.argv.slice(2)

const tasks = {
  install: () => 0,
  build: () => buildIfStale(),
  demo: () => buildIfStale() || node(['bin/run.js', 'demo', ...args]),
  docs: () => buildIfStale() || node(['scripts/docs.mjs', ...args]),
  bench: () => buildIfStale() || bench(),
  test: () => runTests(args),
  'test:long': () => runTests(args, { EVT_LONG: '1' }),
  'test:trino': () => runTrino(args),
}

function bench() {
  if (existsSync('bench/run.ts')) return node(['--import', 'tsx', 'bench/run.ts', ...args])
  console.error('bench: there is no bench/run.ts')
  return 2
}

/** What Athena is asked, by a real Trino. */
function runTrino(files) {
  if (!installedTrinoHive()) {
    console.error('test:trino: NO TRINO WITH HIVE: nothing says how much Athena reads of an index')
  }
  if (installedTrino()) return runTests(['test/trino', ...files], { EVT_TRINO: '1' })
  console.error(
    'test:trino: there is NO TRINO here: nothing says that Athena reads what DuckDB does',
  )
  return 2
}

const run = tasks[task]
if (!run) {
  console.error(`bootstrap: unknown task ${task}; one of ${Object.keys(tasks).join(', ')}`)
  process.exit(2)
}
process.chdir(new URL('..', import.meta.url).pathname)
process.exitCode = installIfStale() || run()
