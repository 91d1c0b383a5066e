import { describe, expect, test } from 'vitest'
import { createProgress, type ProgressState } from '../../src/ui/progress.js'

const state: ProgressState = {
  label: 'reading \u001b[31marchive/',
  bytesDone: 0,
  bytesTotal: 1_200_000_000,
  records: 0,
  objectsDone: 0,
  objectsTotal: 40,
}

/** Runs through `seconds`, ten updates a second, and gives what was written. */
function run(seconds: number, options: { isTerminal: boolean; columns?: number }) {
  const written: string[] = []
  const { columns = 120, isTerminal } = options
  let ms = 5_000
  const stream = { columns, write: (text: string) => written.push(text) }
  const progress = createProgress({ stream, isTerminal, now: () => ms })
  for (let i = 0; i < seconds * 10; i += 1, ms += 100) {
    progress.update({
      ...state,
      bytesDone: i * 12e6,
      records: i * 85_000,
      objectsDone: (i / 10) | 0,
    })
  }
  progress.stop()
  progress.stop()
  return written
}

describe('progress', () => {
  test('in a pipe is whole lines, at most one a second, and the last state', () => {
    const lines = run(3, { isTerminal: false })
    expect(lines.every((line) => line.endsWith('\n'))).toBe(true)
    expect(lines.map((line) => line.replace('reading ␛[31marchive/', '').trim())).toEqual([
      '0%  0 B of 1.2 GB  0 of 40 files  0 records',
      '10%  120 MB of 1.2 GB  120 MB/s  ETA 9 s  1 of 40 files  850,000 records',
      '20%  240 MB of 1.2 GB  120 MB/s  ETA 8 s  2 of 40 files  1,700,000 records',
      '29%  348 MB of 1.2 GB  120 MB/s  ETA 7 s  2 of 40 files  2,465,000 records',
    ])
  })

  test('on a terminal is one line that goes away', () => {
    const written = run(1, { isTerminal: true, columns: 40 })
    expect(written[0]).toBe('\rreading ␛[31marchive/  2%  24 MB of 1.…\u001b[K')
    expect(written.at(-1)).toBe('\r\u001b[K')
    expect(written.filter((text) => text.includes('\n'))).toEqual([])
  })

  test('does not flash where all is over at once', () =>
    expect(run(0.1, { isTerminal: true })).toEqual([]))

  test('leaves out what nobody can know', () => {
    const written: string[] = []
    const stream = { write: (text: string) => written.push(text) }
    const progress = createProgress({ stream, isTerminal: false, now: () => 0 })
    progress.update({ ...state, label: 'reading -', bytesTotal: null, objectsTotal: null })
    expect(written).toEqual(['reading -  0 B  0 files  0 records\n'])
  })
})
