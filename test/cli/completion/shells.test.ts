import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeWith } from '../../helpers/needs.js'
import { hasTmux, openTerminal, type Terminal } from '../../helpers/terminal.js'

// Completion as a person meets it: the Tab key in each shell, in a terminal.

/** What must neither run nor break: as a type of an event, and what `evt stats --type` gets. */
const hostile = {
  dan: 'danger $(touch pwned) `touch pwned` it\'s "so" !x; touch pwned & | a\\b * ? [c] {d} #e ~',
  evi: 'evil\u001b]0;pwned\u0007\nsecond\ttab',
  'a:b': 'a:b=c@d e',
  ümi: 'ümit ☃',
}
const types = [...Object.values(hostile), 'order.placed', 'order.paid']
const events = types.map((type, n) => ({
  id: `e-${n}`,
  source: 's',
  'detail-type': type,
  detail: {},
}))

const shells = {
  bash: { program: ['bash', '--norc', '-i'], load: 'source <(evt completion bash)', status: '$?' },
  zsh: {
    program: ['sh', '-c', 'touch ~/.zshrc; exec zsh -d -i'],
    load: 'autoload -Uz compinit; compinit -D -u; source <(evt completion zsh)',
    status: '$?',
  },
  fish: {
    program: ['fish', '--private', '--no-config'],
    load: 'evt completion fish | source',
    status: '$status',
  },
} as const

const isThere = (name: string) => spawnSync(name, ['-c', 'exit 0']).status === 0

for (const [name, { program, load, status }] of Object.entries(shells)) {
  describeWith(`tmux and ${name}`, hasTmux && isThere(name))(`completion in ${name}`, () => {
    let at: Terminal
    beforeAll(async () => {
      at = openTerminal(program, { columns: 200 })
      writeFileSync(
        join(at.work, 'a b.ndjson'),
        events.map((event) => `${JSON.stringify(event)}\n`).join(''),
      )
      mkdirSync(join(at.work, 'archive'))
      writeFileSync(join(at.work, 'evt.yaml'), 'archives: { prod: a b.ndjson, stage: archive/ }\n')
      const ran = spawnSync('evt', ['stats', 'a b.ndjson'], { cwd: at.work, env: at.env })
      expect(ran.status).toBe(0)
      at.type(`${load}; echo rea''dy ${status}`)
      at.press('Enter')
      await at.until(/ready 0/)
    })
    afterAll(() => at?.remove())
    beforeEach(async () => {
      at.type("clear; echo cle''an")
      at.press('Enter')
      await at.until(/^clean$/m)
    })

    /** Types, and presses Tab until the screen shows it. */
    async function completes(typed: string, shown: RegExp): Promise<string> {
      at.type(typed)
      at.press('Tab')
      return at.until(shown)
    }

    async function enters(rest: string): Promise<string> {
      at.type(`${rest}; echo exi''t ${status}`)
      at.press('Enter')
      return at.until(/exit \d/)
    }

    test('of a command, a flag and its value', async () => {
      await completes('evt sta', /evt stats$/m)
      await completes('--outp', /--output$/m)
      await completes('mark', /--output markdown$/m)
      await completes('pr', /markdown prod:/)
      expect(await enters(' ')).toMatch(/\| order\.placed[\s\S]*exit 0/)
    })

    test('of a flag with its value after =', async () => {
      await completes('evt stats prod: --output=mark', /--output=markdown$/m)
      expect(await enters(' ')).toMatch(/\| order\.placed[\s\S]*exit 0/)
    })

    test('of files, whose names are quoted', async () => {
      await completes('evt stats arc', /archive\/$/m)
      at.press('C-u')
      await completes('evt stats a\\ ', /b\.ndjson/)
      expect(await enters(' -o csv')).toMatch(/order\.placed[\s\S]*exit 0/)
    })

    test('of what several types have in common', async () => {
      await completes('evt stats prod: --type ord', /--type order\.p/)
      await completes('l', /--type order\.placed/)
      expect(await enters(' -o csv > out.csv')).toContain('exit 0')
      expect(readFileSync(join(at.work, 'out.csv'), 'utf8').split('\n')[1]).toMatch(
        /^order\.placed,/,
      )
    })

    const quotes = name === 'bash' ? ['', "'", '"'] : ['']
    const each = quotes.flatMap((quote) => Object.keys(hostile).map((start) => [quote, start]))
    test.each(each)('of a hostile type after %s%s, which runs nothing', async (quote, start) => {
      const type = hostile[start as keyof typeof hostile]
      at.type(`evt stats prod: --type ${quote}${start}`)
      const typed = at.screen()
      at.press('Tab')
      await expect.poll(() => at.screen(), { timeout: 10_000 }).not.toBe(typed)
      expect(await enters(' -o json > out.json')).toContain('exit 0')
      const { types: rows } = JSON.parse(readFileSync(join(at.work, 'out.json'), 'utf8'))
      expect(rows.map((row: { type: string }) => row.type)).toEqual([type])
      expect(existsSync(join(at.work, 'pwned'))).toBe(false)
    })
  })
}
