import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MoveJournal } from '../../src/dlq/move-journal.js'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evt-moves-'))
  path = join(folder, 'j.ndjson')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const of = { from: 'arn:dead', to: 'arn:orders' }

test('it goes on where it ends, without the beginning of a line that a crash left', () => {
  const first = MoveJournal.open(path, of)
  first.add({ id: 'a', status: 'sent', messageId: 'm-1' })
  first.add({ id: 'b', status: 'failed', error: 'no' })
  first.sync()
  first.close()
  appendFileSync(path, '{"id":"c","status":"se')
  const again = MoveJournal.open(path, of)
  expect(['a', 'b', 'c'].map((id) => again.wasSent(id))).toEqual([true, false, false])
  again.add({ id: 'c', status: 'sent', messageId: 'm-2' })
  again.close()
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { schema: 'evt.redrive-journal/1', ...of },
    { id: 'a', status: 'sent', messageId: 'm-1' },
    { id: 'b', status: 'failed', error: 'no' },
    { id: 'c', status: 'sent', messageId: 'm-2' },
  ])
})

test('one of another move, or that is none, is left as it is', () => {
  MoveJournal.open(path, { ...of, to: 'arn:billing' }).close()
  const before = readFileSync(path, 'utf8')
  expect(() => MoveJournal.open(path, of)).toThrow(`${path} is no journal of this move`)
  expect(readFileSync(path, 'utf8')).toBe(before)
  for (const text of ['{"id":"e-1"}\n', 'notes']) {
    writeFileSync(path, text)
    expect(() => MoveJournal.open(path, of)).toThrow(`${path} is no journal of this move`)
    expect(readFileSync(path, 'utf8')).toBe(text)
  }
})
