// Builds, runs every test and ends with the line `N passed, N failed, N skipped`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildIfStale, node } from './fresh.mjs'
import { installedElasticmq, installedMoto } from './testbed.mjs'

export function runTests(args, env = {}) {
  const build = buildIfStale()
  if (build !== 0) return finish({ passed: 0, failed: 1, skipped: 0 })
  // What it emulates is skipped without it, and says so.
  installedMoto()
  installedElasticmq()
  const folder = mkdtempSync(join(tmpdir(), 'evt-test-'))
  const file = join(folder, 'results.json')
  const shown = ['--reporter=default', '--reporter=./scripts/last-words.mjs']
  const reporters = [...shown, '--reporter=json', `--outputFile.json=${file}`]
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts']
  const exit = node([...vitest, ...reporters, ...args], { NODE_ENV: 'test', ...env })
  const counts = count(file)
  rmSync(folder, { recursive: true, force: true })
  // A crash or an error outside of any test fails the run although every test may have passed.
  if (exit !== 0 && counts.failed === 0) counts.failed = 1
  return finish(counts)
}

function count(file) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const { name, status, assertionResults } of read(file)) {
    if (status === 'failed' && assertionResults.length === 0) {
      counts.failed += 1
      console.log(`FAILED   ${name}: no test of this file could run`)
    }
    for (const test of assertionResults) {
      if (test.status === 'passed') counts.passed += 1
      else if (test.status === 'failed') counts.failed += 1
      else {
        counts.skipped += 1
        console.log(`SKIPPED  ${test.fullName}`)
      }
    }
  }
  return counts
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).testResults
  } catch (error) {
    console.log(`the test run left no results: ${error.message}`)
    return []
  }
}

function finish({ passed, failed, skipped }) {
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  return failed === 0 ? 0 : 1
}
