import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { completed } from '../../../src/cli/completion/complete.js'
import { fromSource } from '../../../src/cli/from-source.js'
import { rememberTypes, typesSeen } from '../../../src/cli/types-seen.js'
import { evtProcess, root } from '../../helpers/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'evt-complete-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const place = { cwd: join(folder, 'work'), env: { XDG_CACHE_HOME: join(folder, 'cache') } }
const cache = join(folder, 'cache/evt/types.json')
const breaks = ' \t\n"\'@><=;|&(:'

beforeAll(() => {
  mkdirSync(join(place.cwd, 'archive'), { recursive: true })
  for (const name of ['orders.ndjson', '.hidden', '-rf', 'new\nline', "it's"]) {
    writeFileSync(join(place.cwd, name), '')
  }
  writeFileSync(join(place.cwd, 'evt.yaml'), 'archives: { prod: archive/, "$(x)": a }\n')
})

/** Values alone, as fish gets them. */
async function values(...words: string[]): Promise<string[]> {
  const text = await completed(['fish', ...words], await fromSource(root), place)
  const [head, ...lines] = text.trimEnd().split('\n')
  return head === 'files' ? ['(files)'] : lines.map((line) => line.split('\t')[0] ?? '')
}

describe('what may follow', () => {
  test.each([
    [['st'], ['stats']],
    [['--v'], ['--version']],
    [['help', 'st'], ['stats']],
    [
      ['stats', '--by', ''],
      ['type', 'source', 'hour'],
    ],
    [['stats', '--by=h'], ['--by=hour']],
    [['stats', '-o', 'ar'], ['arrow']],
    [['stats', '--preset', 'cloude'], ['cloudevents']],
    [
      ['generate', '--envelope', 'firehose-'],
      ['firehose-answer', 'firehose-failed'],
    ],
    [['generate', '--envelope', 'sqs>snsx'], []],
    [['generate', '--envelope', 'sqs>eventb'], ['eventbridge']],
    [['stats', '--map', 'corr'], ['correlationId=']],
    [['stats', '--tz', 'Europe/Berl'], ['Europe/Berlin']],
    [
      ['stats', '--no-'],
      ['--no-content', '--no-follow', '--no-index'],
    ],
    [['stats', '--json', '--outp'], []],
    [['stats', '--quiet', '--verb'], []],
    [['stats', '--type', 'a', '--typ'], ['--type']],
    [['stats', '--tz', 'UTC', '--tz'], []],
    [['stats', '--window', ''], []],
    [['stats', '--', '--by'], ['(files)']],
    [['stats', 'pr'], ['prod:']],
    [['stats', "'or"], ['orders.ndjson']],
    [
      ['stats', ''],
      ['prod:', 'archive/', 'evt.yaml', "it's", 'orders.ndjson'],
    ],
    [['stats', 'a', 'b', '.'], ['.hidden']],
    [['stats', 'nothing/'], ['(files)']],
    [['query', 'li'], ['list']],
    [['query', 'duplicates/by-i'], ['duplicates/by-id']],
    [['query', '--sql', 'select 1', 'duplicates/by-i'], ['(files)']],
    [['query', 'show', 'duplicates/by-i'], ['duplicates/by-id']],
    [['query', 'show', 'nothing'], []],
    [['generate', '--to', ''], ['archive/']],
    [['stats', '--versus', 'arch'], ['archive/']],
    [['stats', '--follow-claims', 'arch'], ['archive/']],
    [['completion', 'z'], ['zsh']],
    [['completion', 'zsh', ''], []],
    [['nonsense', ''], []],
    [['__proto__', ''], []],
  ])('evt %j: %j', async (words, expected) => {
    expect((await values(...words)).sort()).toEqual(expected.toSorted())
  })

  test('commands are described, and evt complete is none of them', async () => {
    const text = await completed(['fish', ''], await fromSource(root), place)
    expect(text).toMatch(/^words\n/)
    expect(text).toMatch(/^stats\tcounts, duplicates/m)
    expect(text).not.toMatch(/^complete\t/m)
  })

  test('bash gets the rest of a word, quoted', async () => {
    const bash = async (line: string) =>
      completed(['bash', line, breaks], await fromSource(root), place)
    expect(await bash('evt stats --by=s')).toBe('words\nsource\n')
    expect(await bash('evt stats it')).toBe("words\nit\\'s\n")
    expect(await bash('evt stats "it')).toBe("words\nit's\n")
    expect(await bash('evt stats $x')).toBe('files\n')
  })
})

describe('types', () => {
  test('of this folder are offered, else those of any', async () => {
    await rememberTypes(['order.placed', 'order.paid'], place)
    expect(await values('stats', '--type', 'order.pl')).toEqual(['order.placed'])
    const elsewhere = { ...place, cwd: '/elsewhere' }
    expect(await typesSeen(elsewhere)).toEqual(['order.placed', 'order.paid'])
    await rememberTypes(['other'], elsewhere)
    expect(await typesSeen(elsewhere)).toEqual(['other'])
  })

  test('that a terminal would obey are offered as a glob', async () => {
    await rememberTypes(['x\u001b[31m\n\u202ey'], place)
    expect(await values('stats', '--type', 'x')).toEqual(['x?[31m??y'])
  })

  test('are kept in bounds', async () => {
    const many = Array.from({ length: 500 }, (_, n) => `t${n}`)
    await rememberTypes([...many, 'x'.repeat(300), ''], place)
    expect(await typesSeen(place)).toEqual(many.slice(0, 200))
    for (let n = 0; n < 60; n++) await rememberTypes(['t'], { ...place, cwd: `/f/${n}` })
    const { folders } = JSON.parse(readFileSync(cache, 'utf8'))
    expect(folders).toHaveLength(50)
    expect(folders[0]).toEqual({ folder: '/f/59', types: ['t'] })
  })

  test.each(['', '[]', 'null', '{"schema":"evt.types/1","folders":[null,{"folder":1}]}'])(
    'of a broken cache are none: %j',
    async (text) => {
      writeFileSync(cache, text)
      expect(await typesSeen(place)).toEqual([])
      await rememberTypes(['t'], place)
      expect(await typesSeen(place)).toEqual(['t'])
    },
  )

  test('that cannot be kept are no failure', async () => {
    const env = { XDG_CACHE_HOME: join(cache, 'below-a-file') }
    await rememberTypes(['t'], { ...place, env })
    expect(await typesSeen({ ...place, env })).toEqual([])
  })
})

test('the built evt completes without oclif, DuckDB and the schema of evt.yaml', () => {
  const trace = join(root, 'test/fixtures/trace-modules.mjs')
  const { code, stdout, stderr } = evtProcess(['complete', 'zsh', 'stats', '--by', 'h'], {
    env: { NODE_OPTIONS: `--import=${trace}` },
  })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'words\nhour\n' })
  expect(stderr).toContain('/dist/chunks/complete-')
  expect(stderr).not.toMatch(/\/node_modules\/(@oclif|@duckdb|@aws-sdk|apache-arrow|hdr-)/)
  expect(stderr).not.toMatch(/\/chunks\/(duckdb-node-api|zod)-/)
})

test.each([[[]], [['zsh']], [['tcsh', 'x']], [['bash']], [['bash', "evt '"]]])(
  'evt complete %j fails silently',
  (args) => {
    expect(evtProcess(['complete', ...args])).toMatchObject({ code: 0, stderr: '' })
  },
)
