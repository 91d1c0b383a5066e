import { readFileSync } from 'node:fs'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'

// Every result is a page with -o html: what has no page of its own is what its JSON says.

let at: Stage
beforeEach(() => {
  at = stage()
})
afterEach(() => at.remove())

const evt = async (words: readonly string[]) => {
  const child = startEvt(words, at)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}

interface Manifest {
  readonly commands: Readonly<
    Record<string, { flags: Record<string, { options?: readonly string[] }> }>
  >
}

let formats: readonly (readonly [string, readonly string[]])[]
beforeAll(() => {
  const file = new URL('../../oclif.manifest.json', import.meta.url)
  const { commands } = JSON.parse(readFileSync(file, 'utf8')) as Manifest
  formats = Object.entries(commands).flatMap(([id, { flags }]) => {
    const options = flags['output']?.options
    return options ? [[id, options] as const] : []
  })
})

test('every command that has -o can write a page, but for what follows a source', () => {
  expect(formats.length).toBeGreaterThan(35)
  const without = formats.filter(([, options]) => !options.includes('html')).map(([id]) => id)
  expect(without).toEqual(['tail'])
})

test('what follows a source says where there is a page of it', async () => {
  expect(await evt(['tail', 'a.log', '-o', 'html'])).toEqual({
    ...{ exit: 2, out: '' },
    err:
      'evt: --output html is not one of text, json, ndjson: evt tail has no end that a page ' +
      'could be of\n' +
      '     evt dashboard serve is a page of what comes, evt stats -o html one of what came\n',
  })
})

const plan = ['--entity', 'jobAd:ad-10000007', 'a', '--plan', 'plan.json']
const subject = ['--entity', 'jobAd:ad-10000007', 'a', '--to', 'bundle']

test('actions are told as pages', { timeout: 200_000 }, async () => {
  await evt(['generate', '--to', 'a', '--events', '2000'])
  const lines: readonly (readonly [string, string])[] = [
    ['generate --to b --events 10', '<h1><bdi>generate</bdi>'],
    ['init a --dry-run', 'jobAd'],
    ['record a --to recorded --no-follow', 'recorded'],
    ['replay a --to again.ndjson --dry-run', 'jobAd.viewed'],
    ['replay a --to again.ndjson --yes', 'jobAd.viewed'],
    ['gc --local --dry-run', 'gc'],
    ['index build a', 'index build'],
    ['baseline save a --to base.json', 'base.json'],
    ['gdpr propose a', 'gdpr propose'],
    [`gdpr extract ${subject.join(' ')}`, 'bundle'],
    [`gdpr erase ${plan.join(' ')}`, 'gdpr erase'],
    ['gdpr erase --apply plan.json --yes --quiet', 'gdpr erase'],
    ['metrics publish a --otlp http://127.0.0.1:9 --dry-run', 'datums'],
    ['query list', 'latency/slowest'],
  ]
  for (const [line, text] of lines) {
    const { exit, out, err } = await evt([...line.split(' '), '-o', 'html'])
    expect([line, exit, err.match(/evt:.*/)?.[0]]).toEqual([line, 0, undefined])
    expect([line, out.startsWith('<!doctype html>\n')]).toEqual([line, true])
    expect([line, out.endsWith('</html>\n'), out.includes(text)]).toEqual([line, true, true])
    expect([line, out.split('<!doctype').length]).toEqual([line, 2])
  }
})

test('nobody is asked for a page', { timeout: 100_000 }, async () => {
  await evt(['generate', '--to', 'a', '--events', '200'])
  const { exit, out, err } = await evt(['replay', 'a', '--to', 'b.ndjson', '-o', 'html'])
  expect([exit, out]).toEqual([2, ''])
  expect(err).toContain('evt: nothing was sent: only -o text asks\n')
})
