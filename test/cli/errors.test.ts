import { describe, expect, test } from 'vitest'
import { evt } from '../helpers/cli.js'

const fixtures = './test/fixtures/commands'
const run = (line: string) => evt(line.split(' ').filter(Boolean), fixtures)

const failures: readonly (readonly [line: string, code: number, stderr: string])[] = [
  [
    'probe --sinze 7d',
    2,
    `evt: unknown flag --sinze for evt probe
     did you mean --since?  evt probe --help
`,
  ],
  [
    'probe --sinze=7d --frobnicate',
    2,
    `evt: unknown flags --sinze, --frobnicate for evt probe
     did you mean --since?  evt probe --help
`,
  ],
  ['shelf save -x', 2, 'evt: unknown flag -x for evt shelf save\n     evt shelf save --help\n'],
  [
    'shelf save more',
    2,
    'evt: unexpected argument more for evt shelf save\n     evt shelf save --help\n',
  ],
  ['prob archive/', 2, 'evt: unknown command prob\n     did you mean evt probe?  evt --help\n'],
  ['prob --help', 2, 'evt: unknown command prob\n     did you mean evt probe?  evt --help\n'],
  ['xylophone', 2, 'evt: unknown command xylophone\n     evt --help\n'],
  [
    'shelf svae a',
    2,
    'evt: unknown command shelf svae\n     did you mean evt shelf save?  evt --help\n',
  ],
  [
    'probe -o jsno',
    2,
    `evt: --output jsno is not one of text, json, ndjson, csv
     did you mean --output json?
`,
  ],
  [
    'probe -o parquet',
    2,
    'evt: --output parquet is not one of text, json, ndjson, csv\n     evt probe --help\n',
  ],
  [
    'probe -o',
    2,
    'evt: --output needs a value: one of text, json, ndjson, csv\n     evt probe --help\n',
  ],
  ['probe --preset', 2, 'evt: --preset needs a value\n     evt probe --help\n'],
  [
    'probe --preset a --preset b',
    2,
    'evt: --preset is given more than once\n     evt probe --help\n',
  ],
  [
    'probe --limit many',
    2,
    'evt: --limit: expected an integer but received: many\n     evt probe --help\n',
  ],
  [
    'probe --tz Mars/Phobos',
    2,
    `evt: --tz: Mars/Phobos is not a time zone
     use UTC or an IANA name such as Europe/Berlin
`,
  ],
  [
    'probe --since yesterday',
    2,
    `evt: --since: "yesterday" is not a time
     write 15m, 24h or 7d for that long ago, or 2026-11-01 or 2026-11-01T14:00:00Z
`,
  ],
  [
    'probe --since 2026-11-02 --until 2026-11-01',
    2,
    `evt: --since 2026-11-02 is not before --until 2026-11-01
     the range runs from --since up to, but without, --until
`,
  ],
  [
    'probe --quiet --verbose',
    2,
    'evt: --verbose and --quiet exclude each other\n     evt probe --help\n',
  ],
  [
    'probe --end usage archive/',
    2,
    'evt: no events in archive/\n     paths that do exist: $.id\n     try  evt probe archive/\n',
  ],
  [
    'probe --end outside archive/',
    3,
    'evt: no events in archive/\n     paths that do exist: $.id\n     try  evt probe archive/\n',
  ],
  [
    'probe --end inconclusive archive/',
    5,
    'evt: no events in archive/\n     paths that do exist: $.id\n     try  evt probe archive/\n',
  ],
  [
    'probe --end defect',
    1,
    `evt: cannot read the moon
     this is a defect in evt 0.1.0, not in what you typed
     report it with the output of the same line and --verbose:  npm bugs evt-cli
`,
  ],
  ['probe --end error', 2, 'evt: said by oclif\n     evt --help\n'],
  ['probe --end exit', 4, ''],
]

describe('an error says what failed and what to type next', () => {
  test.each(failures)('evt %s exits %i', async (line, code, stderr) => {
    expect(await run(line)).toEqual({ code, stdout: '', stderr })
  })

  test('-o with --json is a contradiction', async () => {
    const { code, stderr } = await run('probe -o csv --json')
    expect(code).toBe(2)
    expect(JSON.parse(stderr).error.message).toBe('--json and --output csv exclude each other')
  })
})

describe('under -o json an error is one JSON object on stderr', () => {
  test.each(['--json', '-o json', '-ojson', '--output json', '--output=json', '-o ndjson'])(
    'evt probe --nope %s',
    async (flag) => {
      const { code, stdout, stderr } = await run(`probe --nope ${flag}`)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toBe(
        '{"schema":"evt.error/1","error":{"message":"unknown flag --nope for evt probe",' +
          '"code":"usage","exit":2,"hint":"evt probe --help"}}\n',
      )
    },
  )

  test('a defect has its own code, and a stack when asked', async () => {
    const { error } = JSON.parse((await run('probe --end defect --json --verbose')).stderr)
    expect(error).toMatchObject({ code: 'defect', exit: 1, message: 'cannot read the moon' })
    expect(error.detail).toContain('probe.ts')
  })
})

test('a stack is shown with --verbose only', async () => {
  expect((await run('probe --end defect')).stderr).not.toContain('    at ')
  expect((await run('probe --end defect --verbose')).stderr).toContain('    at ')
})

test('--color always colours the sign of an error, whatever stderr is', async () => {
  const { stderr } = await run('probe --nope --color always')
  expect(stderr.startsWith('\u001B[31mevt:\u001B[39m unknown flag --nope')).toBe(true)
})
