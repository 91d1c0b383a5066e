import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/exit-codes.js'
import { topics } from '../../src/cli/topics/index.js'
import { StatsMeter } from '../../src/meters/stats.js'
import { topicText } from '../../src/ui/topic-text.js'
import { evt, evtProcess, root } from '../helpers/cli.js'

const names = topics.map(({ name }) => name)

test.each(['--help', 'help', ''])('evt %s lists the topics', async (line) => {
  const { code, stdout, stderr } = await evt(line.split(' ').filter(Boolean))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const { name, summary } of topics)
    expect(stdout).toContain(`help ${name}`.padEnd(17) + summary)
})

describe.each(names)('evt help %s', (name) => {
  test('is printed', async () => {
    const { code, stdout, stderr } = await evt(['help', name])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n').length).toBeGreaterThan(8)
  })

  test.each([40, 80, 100, 200])('keeps to %d columns', async (width) => {
    const parts = (await topics.find((topic) => topic.name === name)?.load())?.topic.parts ?? []
    const wrapped = parts.filter((part) => typeof part === 'string' || !('verbatim' in part))
    const widths = topicText(wrapped, { width, color: false })
      .split('\n')
      .map((line) => line.length)
    expect(Math.max(...widths)).toBeLessThanOrEqual(Math.min(width, 100))
    const verbatim = parts.flatMap((part) =>
      typeof part === 'object' && 'verbatim' in part ? part.verbatim : [],
    )
    expect(Math.max(0, ...verbatim.map((line) => line.length))).toBeLessThanOrEqual(78)
  })

  test('is ASCII where the terminal is', () => {
    const { stdout } = evtProcess(['help', name], { env: { LC_ALL: 'C' } })
    expect(stdout).toMatch(/^[\n -~]+$/)
  })
})

test.each([
  ['numbrs', 'evt: no help on numbrs\n     did you mean evt help numbers?  evt help\n'],
  ['stast', 'evt: unknown command stast\n     did you mean evt stats?  evt --help\n'],
])('evt help %s says what was meant', async (name, stderr) => {
  expect(await evt(['help', name])).toEqual({ code: 2, stdout: '', stderr })
})

test('evt help of a command is its help', async () => {
  expect(await evt(['help', 'stats'])).toEqual(await evt(['stats', '--help']))
})

test('every figure of a row has its meaning in evt help numbers', async () => {
  const { stdout } = await evt(['help', 'numbers'])
  const { events, distinct, duplicates, ordering, latencyMs } = new StatsMeter().read().total
  const figures = {
    events,
    distinct,
    ...duplicates,
    ...duplicates.byCause,
    ...ordering,
    ...latencyMs,
  }
  const ranges = ['p90', 'p95', 'p99', 'p999', 'byCause']
  const missing = Object.keys(figures).filter(
    (name) => !ranges.includes(name) && !new RegExp(`^ .*\\b${name}\\b`, 'm').test(stdout),
  )
  expect(missing).toEqual([])
})

test('the exit codes of the README are those of evt', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const rows = [...readme.matchAll(/^\| +(\d+) \| (.*?) +\|$/gm)].map(([, exit, text]) => [
    exit,
    text,
  ])
  expect(rows).toEqual(Object.values(exitCodes).map(({ exit, meaning }) => [`${exit}`, meaning]))
})
