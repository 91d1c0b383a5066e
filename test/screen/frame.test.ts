import { describe, expect, test } from 'vitest'
import { frame } from '../../src/screen/frame.js'
import { type Line, lengthOf } from '../../src/screen/line.js'
import { ScreenModel } from '../../src/screen/model.js'
import { firstUi, type Ui } from '../../src/screen/ui.js'
import { expectGolden } from '../ui/golden.js'
import { item, START_MS, shop } from './given.js'

const title = { sources: 'a.log', safety: 'observe' }
const usual = { columns: 80, lines: 23, isUnicode: true, timeZone: 'UTC' }
const textOf = (line: Line) => line.map(({ text }) => text).join('')

function shown(ui: Partial<Ui> = {}, style: Partial<typeof usual> = {}): string[] {
  const { model, nowMs } = shop()
  const lines = frame(model.read(nowMs), { ...firstUi, ...ui }, title, { ...usual, ...style })
  return lines.map(textOf)
}

test('a screen of 80 by 23', () => {
  expectGolden('screen/narrow.txt', shown().join('\n'))
})

test('a wide screen', () => {
  expectGolden('screen/wide.txt', shown({}, { columns: 140, lines: 30 }).join('\n'))
})

test('a terminal that is not UTF-8', () => {
  for (const line of shown({}, { isUnicode: false })) expect(line).toMatch(/^[\x20-\x7e]*$/)
})

test.each([20, 40, 79, 80, 200])(
  'no line is wider than %i columns, nor are there more lines',
  (columns) => {
    const { model, nowMs } = shop()
    for (const ui of [firstUi, { ...firstUi, isHelp: true }, { ...firstUi, isTyping: true }]) {
      const lines = frame(model.read(nowMs), ui, title, { ...usual, columns, lines: 10 })
      expect(lines).toHaveLength(10)
      for (const line of lines) expect(lengthOf(line)).toBeLessThanOrEqual(columns)
    }
  },
)

test('what is paused stands still, and says how much came since', () => {
  const { model, nowMs } = shop()
  const paused = model.read(nowMs)
  model.observe([item({ id: 'new' })], nowMs)
  const style = { ...usual, columns: 120 }
  const lines = frame(model.read(nowMs), { ...firstUi, paused }, title, style).map(textOf)
  expect(lines.join('\n')).not.toMatch(/ new /)
  expect(lines.at(-1)).toMatch(/paused, 1 more/)
})

test('a filter leaves what has the text, in any case', () => {
  const lines = shown({ filter: 'PAID' }, { columns: 120 })
  expect(lines.filter((line) => /order\.placed/.test(line))).toEqual([])
  expect(lines.some((line) => /shop\/order\.paid/.test(line))).toBe(true)
  expect(lines.at(-1)).toMatch(/has "PAID"/)
})

test('types are sorted by what is wrong, or as one asks', () => {
  const firstOf = (sort: Ui['sort']) =>
    /order\.\w+/.exec(shown({ sort }, { columns: 120 })[2] ?? '')?.[0]
  expect([firstOf('wrong'), firstOf('rate'), firstOf('name')]).toEqual([
    'order.paid',
    'order.placed',
    'order.paid',
  ])
})

test('an event is a tree of its fields and its document', () => {
  const { model, nowMs } = shop()
  const [opened = null] = model.read(nowMs).events
  const lines = frame(model.read(nowMs), { ...firstUi, opened }, title, usual).map(textOf)
  expect(lines[1]).toBe(' id  "e-198"')
  expect(lines).toContain('   id  "e-1"')
  const further = frame(model.read(nowMs), { ...firstUi, opened, scroll: 1_000 }, title, usual)
  expect(further.map(textOf)).toContain('   id  "e-1"')
})

describe('hostile text', () => {
  const bad = '\x1b[31m\u202e\n'

  test('reaches no terminal', () => {
    const model = new ScreenModel(START_MS, null)
    const document = { [bad]: bad }
    const event = { id: bad, type: bad, source: bad, key: bad, payload: document, document }
    model.observe([item(event), item(event)], START_MS)
    model.note = bad
    const hostile = { sources: bad, safety: 'observe' }
    const snapshot = model.read(START_MS)
    const [opened = null] = snapshot.events
    for (const ui of [firstUi, { ...firstUi, opened }, { ...firstUi, filter: bad }]) {
      const lines = frame(snapshot, ui, hostile, { ...usual, columns: 200 }).map(textOf)
      expect(lines.join('')).not.toMatch(/\p{Cc}|\u202e/u)
    }
  })

  test('and no memory: types, events and faults have a number', () => {
    const model = new ScreenModel(START_MS, 1_000)
    const long = { a: 'x'.repeat(100) }
    for (let n = 0; n < 2_000; n++) {
      const event = { id: `${n >> 1}`, type: `t-${n}`, document: long, sizeBytes: 100_000 }
      model.observe([item(event)], START_MS + n)
    }
    const { types, events, faults } = model.read(START_MS + 2_000)
    expect([types.length, events.length, faults.length]).toEqual([201, 80, 100])
    expect(model.summary()).toMatchObject({ events: 2_000, duplicates: 1_000 })
  })
})

test('rates are of the seconds that are over, and percentiles of the last minute', () => {
  const { model, nowMs } = shop()
  const { rate, rates, total, latencies } = model.read(nowMs)
  expect([rate, rates.at(-1)]).toEqual([10.1, 11])
  expect(total).toMatchObject({ events: 201, repeats: 1, reordered: 1, skewed: 0 })
  expect(latencies.length).toBe(5)
  const later = model.read(nowMs + 400_000)
  expect([later.rate, later.total.events, later.latencies.at(-1)]).toEqual([
    0,
    0,
    { p50: null, p99: null, max: null },
  ])
})
