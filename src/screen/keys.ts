import type { Snapshot } from './model.js'
import type { Shown } from './recent-events.js'
import { shownEvents } from './rows.js'
import { lastFirst, treeLines } from './tree.js'
import { sorts, type Ui } from './ui.js'

/** A key as Ink names it. */
export interface Key {
  input: string
  name: 'up' | 'down' | 'pageUp' | 'pageDown' | 'enter' | 'escape' | 'backspace' | 'text'
}

/** What is on the screen, for keys that go through it. */
interface Around {
  now: Snapshot
  /** Between the first line and the last. */
  bodyLines: number
}

const MOST_FILTER = 60

/** What the screen is after some keys, one after the other. */
export function afterKeys(ui: Ui, keys: readonly Key[], around: Around): Ui {
  return keys.reduce((before, key) => afterKey(before, key, around), ui)
}

/** Whether one of these keys quits, which is a letter like others while a filter is typed. */
export function quits(ui: Ui, keys: readonly Key[]): boolean {
  const at = keys.findIndex(({ input }) => input === 'q')
  return at >= 0 && !ui.isTyping && !keys.slice(0, at).some(({ input }) => input === '/')
}

function afterKey(ui: Ui, key: Key, around: Around): Ui {
  if (ui.isTyping) return afterTyping(ui, key)
  if (ui.isHelp) return { ...ui, isHelp: false }
  if (ui.opened) return afterReading(ui, key, around)
  if (key.name === 'up') return chosen(ui, around, -1)
  if (key.name === 'down') return chosen(ui, around, 1)
  if (key.name === 'pageUp') return chosen(ui, around, -pageOf(around))
  if (key.name === 'pageDown') return chosen(ui, around, pageOf(around))
  if (key.name === 'enter') return opened(ui, around)
  if (key.name === 'escape') return { ...ui, filter: '', chosen: null, paused: null }
  return afterLetter(ui, key.input, around)
}

function afterLetter(ui: Ui, letter: string, { now }: Around): Ui {
  switch (letter) {
    case ' ':
      return { ...ui, paused: ui.paused ? null : now, chosen: null }
    case '/':
      return { ...ui, isTyping: true }
    case 's':
      return { ...ui, sort: sorts[(sorts.indexOf(ui.sort) + 1) % sorts.length] ?? 'wrong' }
    case '?':
      return { ...ui, isHelp: true }
    default:
      return ui
  }
}

function afterTyping(ui: Ui, { name, input }: Key): Ui {
  if (name === 'enter') return { ...ui, isTyping: false, chosen: null }
  if (name === 'escape') return { ...ui, isTyping: false, filter: '', chosen: null }
  if (name === 'backspace') return { ...ui, filter: [...ui.filter].slice(0, -1).join('') }
  if (name !== 'text') return ui
  const filter = [...ui.filter, ...input].slice(0, MOST_FILTER).join('')
  return { ...ui, filter }
}

function afterReading(ui: Ui, { name, input }: Key, around: Around): Ui {
  const all = ui.opened ? treeLines(ui.opened.event).length : 0
  const last = lastFirst(all, around.bodyLines)
  const moved = (by: number) => ({ ...ui, scroll: Math.max(0, Math.min(ui.scroll + by, last)) })
  if (name === 'up') return moved(-1)
  if (name === 'down') return moved(1)
  if (name === 'pageUp') return moved(-pageOf(around))
  if (name === 'pageDown' || input === ' ') return moved(pageOf(around))
  if (name === 'enter' || name === 'escape') return { ...ui, opened: null, scroll: 0 }
  return ui
}

/** Two lines are seen again. */
function pageOf({ bodyLines }: Around): number {
  return bodyLines - 2
}

/** Who goes through the events wants them to stand still. */
function chosen(ui: Ui, { now }: Around, by: number): Ui {
  const events = shownEvents(ui.paused ?? now, ui)
  if (events.length === 0) return ui
  const at = Math.max(0, indexOf(events, ui.chosen))
  const next = events[Math.max(0, Math.min(events.length - 1, at + by))]
  return { ...ui, paused: ui.paused ?? now, chosen: next?.number ?? null }
}

function opened(ui: Ui, { now }: Around): Ui {
  const events = shownEvents(ui.paused ?? now, ui)
  const event = events[Math.max(0, indexOf(events, ui.chosen))]
  return event ? { ...ui, paused: ui.paused ?? now, opened: event, scroll: 0 } : ui
}

function indexOf(events: readonly Shown[], number: number | null): number {
  return number === null ? 0 : events.findIndex((event) => event.number === number)
}
