import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { testbedFolder } from '../scripts/testbed.mjs'

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/**/*.test.{ts,tsx}'],
    pool: 'forks',
    // Vitest leaves a core free, of two one; but many tests wait for services and processes.
    maxWorkers: '100%',
    // oclif has Node load the commands, so Node loads all of our sources, and each is there once:
    // an error thrown in one is then an instance of the class that a test imports.
    execArgv: ['--import', 'tsx'],
    server: { deps: { external: [/\/(src|commands|dashboards)\/.*\.tsx?$/] } },
    // oclif prints help through the console, which test/helpers/cli.ts reads from stdout.
    disableConsoleIntercept: true,
    // What evt keeps for completion is not to mix with what a person's evt kept.
    env: { XDG_CACHE_HOME: join(tmpdir(), 'evt-test-cache'), EVT_TESTBED: testbedFolder },
    setupFiles: 'test/setup.ts',
    // What hangs is to fail, what is slow on a busy machine is not.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
})
