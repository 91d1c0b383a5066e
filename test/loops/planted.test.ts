import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type LoopsRequest, runLoops } from '../../src/loops/run.js'
import { isLong, seed } from '../helpers/campaign.js'
import { planted } from './planted.js'

const cwd = mkdtempSync(join(tmpdir(), 'evt-loops-'))
afterAll(() => rmSync(cwd, { recursive: true }))

const fields = { id: 'id', type: 'type', source: 'source', time: 'at', causationId: 'cause' }
const more = { correlationId: 'corr', replay: 'replay', 'entities.order': 'order' }
const mapped = Object.entries({ ...fields, ...more }).map(([field, name]) => `${field}=$.${name}`)

/** From the least name on: a loop is the same wherever it begins. */
function rotated(path: readonly string[]): string[] {
  const least = path.indexOf([...path].sort()[0] ?? '')
  return [...path.slice(least), ...path.slice(0, least)]
}

const byPath = <T extends { path: readonly string[] }>(all: readonly T[]) =>
  [...all].sort((a, b) => (a.path.join() < b.path.join() ? -1 : 1))

async function loopsOf(file: string, maps: string[]) {
  const request: LoopsRequest = {
    ...{ given: [file], config: undefined, cwd, env: {}, maps, presets: undefined },
    ...{ range: { sinceUs: null, untilUs: null }, signal: new AbortController().signal },
    ...{ types: [], entities: [], leastTurns: 5, memoryLimitBytes: 2e9, allowPartial: false },
    onProgress: () => {},
  }
  return runLoops(request)
}

const runs = Array.from({ length: isLong ? 50 : 5 }, (_, n) => seed + 2 * n)

test.each(runs)('what is planted is found, and nothing else (seed %i)', async (one) => {
  const { lines, loops } = planted(one, isLong ? 1_000_000 : 4_000)
  writeFileSync(join(cwd, 'a.ndjson'), lines.map((line) => `${line}\n`).join(''))
  const { result, failure } = await loopsOf('a.ndjson', mapped)
  const found = result.loops.map(({ path, turns, amplification }) => {
    return { path: rotated(path), turns, amplification }
  })
  const expected = loops.map(({ path, ...rest }) => ({ path: rotated(path), ...rest }))
  expect(byPath(found)).toEqual(byPath(expected))
  expect(failure?.code).toBe('gate')
  for (const { witnesses, entities } of result.loops) {
    expect(witnesses.length).toBeGreaterThanOrEqual(5)
    expect(entities).toHaveLength(1)
  }
})

/** Large ones take most of a minute each. One in thirty loops is a single node that neither counts
 * nor grows, and is as one that a clock makes: so few seeds may have many of them. */
const withoutIds = Array.from({ length: 20 }, (_, n) => seed + 2 * n)

test.each(['with what events are about', 'without a mapping of it'])(
  'without ids contents tell of nearly all, and of nothing else, %s',
  async (how) => {
    const isAbout = how.startsWith('with ')
    const without = ['id=', 'causationId=', 'correlationId=', ...(isAbout ? [] : ['entities'])]
    const some = mapped.filter((map) => !without.some((name) => map.startsWith(name)))
    const size = isLong ? 1_000_000 : 4_000
    let [right, wrong, planned] = [0, 0, 0]
    for (const one of withoutIds) {
      const { lines, loops } = planted(one, size, false)
      writeFileSync(join(cwd, 'b.ndjson'), lines.map((line) => `${line}\n`).join(''))
      const { result } = await loopsOf('b.ndjson', some)
      const known = new Set(loops.map(({ path }) => rotated(path).join()))
      const found = result.loops.map(({ path }) => rotated(path).join())
      right += found.filter((path) => known.has(path)).length
      wrong += found.filter((path) => !known.has(path)).length
      planned += loops.length
    }
    expect(wrong).toBe(0)
    expect(right / planned).toBeGreaterThanOrEqual(0.95)
  },
  isLong ? 3 * 3_600_000 : 600_000,
)
