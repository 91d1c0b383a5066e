import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { parseFlow } from '../../src/config/flow.js'
import { createMapping } from '../../src/event/mapping.js'
import { askArchive } from '../../src/questions/asked-archive.js'
import { createLinesFile } from '../engines/readings.js'
import { campaign } from '../helpers/campaign.js'

const lines = createLinesFile()
afterAll(() => lines.remove())

const flow = parseFlow('a -> b within 2s -> c within 1s -> a')

interface Happened {
  id: string
  type: string
  second: number
  corr: string | null
  order: string | null
  key: string | null
}

const happened = fc.record({
  type: fc.constantFrom('a', 'a', 'b', 'b', 'c', 'other'),
  second: fc.integer({ min: 0, max: 6 }),
  corr: fc.constantFrom('c1', 'c2', null),
  order: fc.constantFrom('o1', 'o2', null),
  key: fc.constantFrom('o1', 'k', null),
})

/** Many small workloads at once, with correlations, entities and keys of their own. */
const workloads = fc
  .array(fc.array(happened, { maxLength: 10 }), { minLength: 40, maxLength: 40 })
  .map((all) => all.flatMap((events, n) => events.map((event) => apart(event, n))))
  .map((all) => all.map((event, n): Happened => ({ ...event, id: String(n).padStart(4, '0') })))

function apart(event: Omit<Happened, 'id'>, n: number) {
  const of = (text: string | null) => (text === null ? null : `${n}-${text}`)
  return { ...event, corr: of(event.corr), order: of(event.order), key: of(event.key) }
}

type Row = (string | number | null)[]

/** Every run by going through all events for each step: its first event, the step, the event that
 * reached it, what it took, the state. */
function naiveSteps(events: readonly Happened[]): Row[] {
  const end = Math.max(...events.map(({ second }) => second))
  const sorted = [...events].sort((a, b) => a.second - b.second || (a.id < b.id ? -1 : 1))
  const rows: Row[] = []
  for (const first of events) {
    if (first.type !== flow[0]?.type) continue
    let last: Happened | undefined = first
    for (let n = 1; n < flow.length && last; n++) {
      const before: Happened = last
      const { type, withinUs } = flow[n] ?? {}
      last = sorted.find(
        (next) => next.type === type && next.second >= before.second && isOneThread(before, next),
      )
      const us = ((last?.second ?? end) - before.second) * 1e6
      const isOver = withinUs != null && us > withinUs
      const state = last ? (isOver ? 'late' : 'done') : isOver ? 'stuck' : 'open'
      rows.push([first.id, n + 1, last?.id ?? null, last ? us : null, state])
    }
  }
  return rows.sort(([a, m], [b, n]) =>
    a === b ? Number(m) - Number(n) : String(a) < String(b) ? -1 : 1,
  )
}

function isOneThread(a: Happened, b: Happened): boolean {
  if (a.corr !== null && b.corr !== null) return a.corr === b.corr
  const thingOf = ({ order, key }: Happened) => (order === null ? key : `order:${order}`)
  return thingOf(a) !== null && thingOf(a) === thingOf(b)
}

const mapping = createMapping({
  events: {
    '*': {
      fields: {
        ...{ id: ['id'], type: ['type'], time: ['time'], key: ['key'], correlationId: ['corr'] },
      },
      entities: [{ kind: 'order', path: ['order'] }],
    },
  },
})

const sql = `SELECT a.id, s.step, b.id, s.took_us, s.state
  FROM flow_steps s
  JOIN events a ON a.pos = s.run
  LEFT JOIN events b ON b.pos = s.pos
  ORDER BY a.id, s.step`

async function askedSteps(events: readonly Happened[]): Promise<Row[]> {
  const documents = events.map(({ second, ...event }) => ({
    ...event,
    time: `2026-11-01T10:00:0${second}Z`,
  }))
  const file = lines.write(documents.map((document) => Buffer.from(JSON.stringify(document))))
  return askArchive(
    { sql, values: {} },
    {
      archive: { objects: [file], mapping, outside: {} },
      presets: undefined,
      chosen: { sinceUs: null, untilUs: null },
      flows: { it: flow },
      ...{ memoryLimitBytes: 600e6, threads: 1 },
      signal: new AbortController().signal,
      onProgress: () => {},
    },
    async ({ rows }) => {
      const all: Row[] = []
      for await (const chunk of rows.chunks) all.push(...chunk.map((row) => row as Row))
      return all
    },
  )
}

test('how far runs come is what going through all events says', async () => {
  const seen = new Set<unknown>()
  await fc.assert(
    fc.asyncProperty(workloads, async (events) => {
      fc.pre(events.length > 0)
      const expected = naiveSteps(events)
      for (const [, , , , state] of expected) seen.add(state)
      expect(await askedSteps(events)).toEqual(expected)
    }),
    { numRuns: campaign(25), endOnFailure: true },
  )
  expect([...seen].sort()).toEqual(['done', 'late', 'open', 'stuck'])
}, 120_000)
