import { describe, expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/exit-codes.js'
import { evt } from '../helpers/cli.js'

const fixtures = './test/fixtures/commands'
const run = (line: string) => evt(line.split(' ').filter(Boolean), fixtures)
const said = async (line: string) => JSON.parse((await run(`probe ${line} --json`)).stdout)

test('the exit codes are those that scripts rely on', () => {
  const codes = Object.entries(exitCodes).map(([outcome, { exit }]) => [outcome, exit])
  expect(Object.fromEntries(codes)).toEqual({
    ok: 0,
    defect: 1,
    usage: 2,
    outside: 3,
    gate: 4,
    inconclusive: 5,
    interrupted: 130,
  })
})

describe('a command', () => {
  test('prints data on stdout and notes on stderr', async () => {
    expect(await run('probe')).toEqual({ code: 0, stdout: 'text\n', stderr: 'a note\n' })
  })

  test('is quiet when asked', async () => {
    expect((await run('probe --quiet')).stderr).toBe('')
  })

  test('ends with the verdict it gives back, without an error message', async () => {
    expect(await run('probe --quiet --end verdict')).toEqual({
      code: 4,
      stdout: 'text\n',
      stderr: '',
    })
  })

  test('colours text as --color says', async () => {
    expect((await run('probe --color always')).stdout).toBe('\u001B[31mtext\u001B[39m\n')
    expect((await run('probe --color never')).stdout).toBe('text\n')
  })
})

describe('flags', () => {
  test('--map takes one value each and leaves the sources alone', async () => {
    const { map, source } = await said('--map key=$.a a/ --map id=$.b b/ -')
    expect({ map, source }).toEqual({ map: ['key=$.a', 'id=$.b'], source: ['a/', 'b/', '-'] })
  })

  test('what is left out is absent, and standard input is not read for it', async () => {
    const { source, map, preset, tz } = await said('')
    expect({ source, map, preset, tz }).toEqual({ map: [], tz: 'UTC' })
  })

  test('--since and --until become microseconds', async () => {
    const { range } = await said('--since 7d --until 2026-11-01T00:00:00.000001Z')
    const end = Date.UTC(2026, 10, 1)
    expect(range).toEqual({ sinceUs: (end - 7 * 86_400_000) * 1_000, untilUs: end * 1_000 + 1 })
  })
})

describe('help', () => {
  test.each(['--help', 'help', ''])('evt %s lists the commands', async (line) => {
    const { code, stdout, stderr } = await run(line)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('probe  ends as it is told')
  })

  test.each(['probe --help', 'help probe'])('evt %s shows flags and examples', async (line) => {
    const { code, stdout } = await run(line)
    expect(code).toBe(0)
    expect(stdout).toContain('--since=TIME')
    expect(stdout).toContain('$ evt probe archive/')
  })

  test('a topic alone lists its commands', async () => {
    const { code, stdout } = await run('shelf')
    expect(code).toBe(0)
    expect(stdout).toContain('shelf save  saves nothing')
  })
})
