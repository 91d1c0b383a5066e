import { expect, test } from 'vitest'
import { afterKeys, type Key, quits } from '../../src/screen/keys.js'
import { firstUi, type Ui } from '../../src/screen/ui.js'
import { shop } from './given.js'

const named = ['up', 'down', 'pageDown', 'enter', 'escape', 'backspace'] as const
const keysOf = (...keys: string[]): Key[] =>
  keys.flatMap((key): Key[] => {
    const name = named.find((each) => each === key)
    return name ? [{ input: '', name }] : [...key].map((input) => ({ input, name: 'text' }))
  })

const { model, nowMs } = shop()
const now = model.read(nowMs)
const after = (...keys: string[]): Ui => afterKeys(firstUi, keysOf(...keys), { now, bodyLines: 12 })

test('space pauses and goes on', () => {
  expect(after(' ').paused).toBe(now)
  expect(after('  ').paused).toBe(null)
})

test('a filter is typed, kept or cleared', () => {
  expect(after('/paid q')).toMatchObject({ isTyping: true, filter: 'paid q' })
  expect(after('/paid', 'backspace', 'enter')).toMatchObject({ isTyping: false, filter: 'pai' })
  expect(after('/paid', 'enter', 'escape').filter).toBe('')
  expect(after('/', 'x'.repeat(100)).filter).toHaveLength(60)
})

test('s goes through the orders', () => {
  expect(['s', 'ss', 'sss', 'ssss'].map((keys) => after(keys).sort)).toEqual([
    'rate',
    'p99',
    'name',
    'wrong',
  ])
})

test('events are gone through while they stand still, and opened', () => {
  const numbers = now.events.map(({ number }) => number)
  expect(after('down', 'down')).toMatchObject({ chosen: numbers[2], paused: now })
  expect(after('down', 'up', 'up').chosen).toBe(numbers[0])
  expect(after('pageDown').chosen).toBe(numbers[10])
  expect(after('down', 'enter').opened?.number).toBe(numbers[1])
  expect(after('enter', 'down', 'down')).toMatchObject({ scroll: 2 })
  const atEnd = after('enter', 'pageDown', 'pageDown', 'pageDown', 'pageDown')
  expect(after('enter', ...Array(9).fill('pageDown'))).toEqual(atEnd)
  expect(after('enter', 'down', 'escape')).toMatchObject({ opened: null, scroll: 0 })
})

test('any key closes the help', () => {
  expect([after('?').isHelp, after('?x').isHelp]).toEqual([true, false])
})

test('q quits, where it is no letter of a filter', () => {
  expect(quits(firstUi, keysOf('q'))).toBe(true)
  expect(quits(firstUi, keysOf('/q'))).toBe(false)
  expect(quits(after('/'), keysOf('q'))).toBe(false)
})
