import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { isLong, seed } from '../helpers/campaign.js'
import { chances } from '../helpers/chances.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Taken, TargetDouble } from '../testbed/target-double.js'

const KILLS = isLong ? 20 : 3
const CONCURRENCY = 8
/** In hundredths of a second. */
const PATIENCE = isLong ? 60_000 : 10_000

let at: Stage
let double: TargetDouble
beforeEach(async () => {
  double = new TargetDouble(5)
  await double.start()
  at = stage()
  at = { ...at, env: { ...at.env, ...double.env } }
})
afterEach(async () => {
  await double.stop()
  at.remove()
})

/** Events in an order of arrival that is not that of the file; each key counts its own. */
function writeArchive(events: number, keys: number): void {
  const counts = new Map<number, number>()
  const lines = Array.from({ length: events }, (_, n) => {
    const key = (n * 7) % keys
    const sequence = (counts.get(key) ?? 0) + 1
    counts.set(key, sequence)
    const receivedAt = new Date(1.79e12 + n).toISOString()
    return JSON.stringify({ id: `e-${n}`, key: `k-${key}`, sequence, receivedAt })
  })
  writeFileSync(join(at.work, 'o.ndjson'), `${lines.reverse().join('\n')}\n`)
}

const start = (to: string) =>
  startEvt(
    [
      ...['replay', 'o.ndjson', '--to', to, '--yes', '--journal', 'journal.ndjson', '--quiet'],
      ...['--concurrency', String(CONCURRENCY), '--map', 'id=$.id', '--map', 'key=$.key'],
      ...['--map', 'receivedAt=$.receivedAt', '-o', 'json'],
    ],
    at,
  )

function failByChance(random: () => number): void {
  double.happens = () => {
    const chance = random()
    if (chance < 0.05) return 'entry'
    if (chance < 0.08) return 'throttle'
    if (chance < 0.1) return 'cut'
    return chance < 0.12 ? 'lost' : undefined
  }
}

/** Of each key, the sequences in which they were taken. */
function byKey(taken: readonly Taken[]): Map<string, number[]> {
  const keys = new Map<string, number[]>()
  for (const { body, group } of taken) {
    const { key, sequence } = JSON.parse(body)
    expect(group).toBe(key)
    keys.set(key, [...(keys.get(key) ?? []), sequence])
  }
  return keys
}

function journal(): { n: number; status: string; sendId: string; messageId: string }[] {
  const [head = '', ...lines] = readFileSync(join(at.work, 'journal.ndjson'), 'utf8')
    .trim()
    .split('\n')
  expect(JSON.parse(head)).toMatchObject({ schema: 'evt.journal/1' })
  return lines.map((line) => JSON.parse(line))
}

const targets = [
  { to: 'sqs://orders.fifo', events: isLong ? 100_000 : 1_500, keys: 150, batch: 10 },
  { to: 'kinesis://orders', events: isLong ? 1_000_000 : 20_000, keys: 400, batch: 500 },
]

test.each(targets)(
  `$to has every event in order, whatever fails (seed ${seed})`,
  async ({ to, events, keys, batch }) => {
    writeArchive(events, keys)
    const random = chances()
    failByChance(random)
    let kills = 0
    while (kills < KILLS) {
      const child = start(to)
      const before = double.taken.length
      // While it sends, not while it reads.
      for (let tries = 0; double.taken.length === before && tries < PATIENCE; tries++) {
        await setTimeout(10)
      }
      await setTimeout(random() * 150)
      child.kill('SIGKILL')
      if ((await child.end).signal === null) break
      kills += 1
    }
    expect(kills).toBe(KILLS)
    const last = start(to)
    expect(await last.end, last.err.text).toEqual({ exit: 0, signal: null })
    const { taken } = double
    for (const sequences of byKey(taken).values()) {
      expect(sequences).toEqual([...sequences].sort((a, b) => a - b))
    }
    const dedupes = new Map(taken.map(({ body, dedupe }) => [JSON.parse(body).id, dedupe]))
    expect(dedupes.size).toBe(events)
    for (const { body, dedupe } of taken) expect(dedupes.get(JSON.parse(body).id)).toBe(dedupe)
    const extra = taken.length - events
    expect(extra).toBeLessThanOrEqual(KILLS * CONCURRENCY * batch + double.lost)
    const sent = journal().filter(({ status }) => status === 'sent')
    expect(new Set(sent.map(({ n }) => n)).size).toBe(events)
    const ids = new Set(taken.map(({ messageId }) => messageId))
    expect(sent.every(({ messageId }) => ids.has(messageId))).toBe(true)
  },
  isLong ? 3_600_000 : 600_000,
)
