import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { AuditEvent } from '../../src/audit/result.js'
import { type AuditRequest, runAudit } from '../../src/audit/run.js'
import type { JsonObject } from '../../src/event/event.js'
import { campaign } from '../helpers/campaign.js'
import { type Line, naiveAudit, type Told } from './naive-audit.js'

/* evt audit, from files to its result, beside a scan of all lines. */

const cwd = mkdtempSync(join(tmpdir(), 'evt-audit-'))
afterAll(() => rmSync(cwd, { recursive: true }))

const fields = { type: 'type', id: 'id', source: 'source', time: 'at', receivedAt: 'got' }
const more = { key: 'order', sequence: 'n', causationId: 'cause', replay: 'again' }
const paths = Object.entries({ ...fields, ...more, correlationId: 'corr' })
writeFileSync(
  join(cwd, 'evt.yaml'),
  `events:
  "*":
${paths.map(([field, name]) => `    ${field}: $.${name}\n`).join('')}
    entities: { order: $.order, customer: $.customer }
  order.seen: { state: none }
  order.deleted: { state: delete }
  order.imported: { state: snapshot }
`,
)

const START_MS = Date.UTC(2026, 10, 1)
const iso = (seconds: number) => new Date(START_MS + seconds * 1_000).toISOString()

function documentOf({ at, got, data, ...rest }: Told): JsonObject {
  return {
    ...rest,
    ...(at !== undefined && { at: iso(at) }),
    ...(got !== undefined && { got: iso(got) }),
    ...data,
  }
}

const some = <T>(arbitrary: fc.Arbitrary<T>, freq = 6) =>
  fc.option(arbitrary, { nil: undefined, freq })
const data = fc.constantFrom<JsonObject>(
  ...[{ a: 1 }, { a: null, b: 2 }, { a: { c: 1 } }, { a: { c: null, d: 2 } }, { a: [3] }],
)
const types = ['order.placed', 'order.changed', 'order.seen', 'order.deleted', 'order.imported']

const told = fc.record({
  id: some(fc.constantFrom('1', '2', '3', '4', '5', '6', '7', '8')),
  source: fc.constantFrom('a', 'b'),
  type: fc.constantFrom(...types),
  at: some(fc.nat(12)),
  got: some(fc.nat(20), 20),
  order: some(fc.constantFrom('o1', 'o1', 'o2', "o'3"), 12),
  customer: some(fc.constantFrom('c1', 'c2')),
  n: some(fc.oneof({ weight: 12, arbitrary: fc.nat(9) }, fc.constantFrom('x', '-1'))),
  cause: some(fc.constantFrom('1', '2', '3')),
  corr: some(fc.constantFrom('k1', 'k2')),
  again: fc.constantFrom(undefined, undefined, undefined, 'r1', ''),
  data: some(data),
})

/** Lines of several files; null is a line that is broken. */
const archives = fc
  .array(fc.array(fc.option(told, { freq: 20 }), { minLength: 1, maxLength: 14 }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((files) => files.map((lines) => lines.map((one) => one && bare(one))))

/** The same, all with the time of their arrival: where one lacks it, all of its key go by their
 * position, also when it is left out afterwards. */
const allArrived = archives.map((files) =>
  files.map((lines) => lines.map((one) => one && { got: one.at ?? 0, ...one })),
)

/** Without the fields that are absent. */
function bare(one: Record<string, unknown>): Told {
  const entries = Object.entries(one).filter(([, value]) => value !== undefined)
  // An archive of records of the fields of Told.
  return Object.fromEntries(entries) as unknown as Told
}

let runs = 0

/** Writes the files into a folder of their own and says what stands where. */
function written(files: readonly (readonly (Told | null)[])[]): { folder: string; lines: Line[] } {
  const folder = `${runs++}`
  mkdirSync(join(cwd, folder))
  const lines = files.flatMap((file, n) => {
    const path = `${folder}/${n}.ndjson${n === 1 ? '.gz' : ''}`
    const content = file
      .map((one) => `${one ? JSON.stringify(documentOf(one)) : '{broken'}\n`)
      .join('')
    writeFileSync(join(cwd, path), n === 1 ? gzipSync(content) : content)
    return file.flatMap((one, i) => {
      return one ? [{ told: one, document: documentOf(one), path, record: i + 1 }] : []
    })
  })
  return { folder, lines }
}

async function audit(folder: string, id: string, more: Partial<AuditRequest> = {}) {
  const { result } = await runAudit({
    ...{ given: [folder], config: 'evt.yaml', cwd, env: {}, maps: [], presets: undefined },
    ...{ range: { sinceUs: null, untilUs: null }, signal: new AbortController().signal },
    ...{ entity: `order:${id}`, mentions: null, types: [], related: false, asOfUs: null },
    ...{ state: true, between: null, against: null, without: [], with: [] },
    ...{ memoryLimitBytes: 500e6, allowPartial: true, onProgress: () => {} },
    ...more,
  })
  return result
}

const placeOf = ({ position }: Pick<AuditEvent, 'position'>) =>
  `${position.path}:${position.record}`

test('an audit is what a scan of all lines finds', async () => {
  const flags = new Set<string>()
  await fc.assert(
    fc.asyncProperty(archives, fc.constantFrom('o1', "o'3"), async (files, id) => {
      const { folder, lines } = written(files)
      const { events, gaps, state } = await audit(folder, id)
      const found = events.map((event) => {
        for (const flag of event.flags) flags.add(flag)
        const { id, type, source, copies, effects } = event
        return {
          ...{ told: { id, type, source }, position: placeOf(event) },
          ...{ copies: copies.map(placeOf), flags: event.flags, effects },
        }
      })
      expect({ gaps, events: found, state }).toEqual(naiveAudit(id, lines))
    }),
    { numRuns: campaign(30) },
  )
  expect([...flags].sort()).toEqual(['conflict', 'gapBefore', 'late', 'reordered', 'replay'])
}, 300_000)

/** What is said of events, wherever they stand. */
const saidOf = (events: readonly AuditEvent[]) =>
  events.map(({ position: _, copies, flags, ...said }) => ({
    ...said,
    copies: copies.map(({ receivedAt, replay }) => ({ receivedAt, replay })),
    // It is told of what arrived, also of events that are left out afterwards.
    flags: flags.filter((flag) => flag !== 'reordered'),
  }))

test('as of a moment is an archive that ends with it', async () => {
  await fc.assert(
    fc.asyncProperty(allArrived, fc.integer({ min: -1, max: 21 }), async (files, seconds) => {
      const { folder } = written(files)
      const asOfUs = (START_MS + seconds * 1_000) * 1_000
      const asOf = await audit(folder, 'o1', { asOfUs })
      const prefix = files.map((file) =>
        file.filter((one) => (one?.at ?? one?.got ?? Number.POSITIVE_INFINITY) <= seconds),
      )
      const replayed = await audit(written(prefix).folder, 'o1')
      expect(saidOf(asOf.events)).toEqual(saidOf(replayed.events))
      expect([asOf.state, asOf.gaps]).toEqual([replayed.state, replayed.gaps])
      const between = { fromUs: (START_MS - 1_000) * 1_000, toUs: asOfUs + 1 }
      const { diff = [] } = await audit(folder, 'o1', { between })
      // From nothing to the state: every field of it.
      expect(diff.map(({ after }) => after)).toEqual(Object.values(asOf.state ?? {}))
    }),
    { numRuns: campaign(15) },
  )
}, 300_000)

test('without an event is an archive without it, with others one that has them', async () => {
  await fc.assert(
    fc.asyncProperty(allArrived, allArrived, fc.nat(), async (files, others, pick) => {
      const { folder, lines } = written(files)
      const about = lines.filter(({ told }) => told.order === 'o1' && told.id !== undefined)
      const id = about[pick % Math.max(1, about.length)]?.told.id
      fc.pre(id !== undefined)
      const without = await audit(folder, 'o1', { without: [`${id}`] })
      const rest = written(files.map((file) => file.filter((one) => one?.id !== id)))
      const never = await audit(rest.folder, 'o1')
      expect(saidOf(without.events)).toEqual(saidOf(never.events))
      expect([without.state, without.gaps]).toEqual([never.state, never.gaps])

      const added = written(others)
      fc.pre(added.lines.some(({ told }) => told.order === 'o1'))
      const both = await audit(folder, 'o1', { with: [added.folder] })
      const whole = written([...files, ...others])
      const { events, state, gaps } = naiveAudit('o1', whole.lines)
      expect(both.events.map(({ id, flags }) => ({ id, flags }))).toEqual(
        events.map(({ told: { id }, flags }) => ({ id, flags })),
      )
      expect([both.state, both.gaps]).toEqual([state, gaps])
    }),
    { numRuns: campaign(15) },
  )
}, 300_000)
