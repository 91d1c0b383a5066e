import { emptyPage } from '../../dashboards/html/empty-page.js'
import { resultPage } from '../../dashboards/html/result-page.js'
import { lagPage, loopsPage, queryPage, tracePage } from '../../dashboards/html/row-pages.js'
import type { LagResult } from '../../src/lag/result.js'
import type { CausationGraph } from '../../src/loops/causation-graph.js'
import type { FoundLoop, LoopsResult } from '../../src/loops/result.js'
import type { TracedEvent, TraceResult } from '../../src/loops/trace-result.js'
import { hostileNames, made } from './pages.js'

const searched = {
  ...{ sources: ['archive/'], objects: 1, bytes: 900, records: 90, undecodable: 0, events: 90 },
}
const causation = {
  ...{ linked: 80, missing: 1, ambiguous: 0, itself: 0, circular: 0, skewed: 0 },
}

const loopOf = (name: string): FoundLoop => ({
  ...{ path: [name, `${name}/again`], by: 'causation', turns: 40, amplification: 1 },
  ...{ periodMs: 1_500, chains: 2, events: 80, eventsPerHour: 4_800, usdPerDay: 0.115 },
  ...{ first: '2026-11-01T09:00:00.000Z', last: '2026-11-01T09:01:00.000Z' },
  ...{ entities: [name], witnesses: [name], explain: `${name} comes round.` },
})

const loopsOf = (loops: FoundLoop[]): LoopsResult => ({
  ...{ schema: 'evt.loops/1', partial: loops.length > 1, loops, searched, causation },
  ...{ chains: { count: 2, maxDepth: 80 }, compared: 0 },
})

/** Each name causes the next one, and the last the first. */
export const graph: CausationGraph = {
  nodes: hostileNames.map((name, n) => ({ name, events: 1_000 - n })),
  edges: hostileNames.map((_, from) => {
    const to = (from + 1) % hostileNames.length
    return { from, to, events: 900 - from, p50Ms: from, maxMs: 60_000, isRound: true }
  }),
}

export const loopsFound = hostileNames.map(loopOf)

const eventOf = (name: string, depth: number): TracedEvent => ({
  ...{ id: name, type: name, source: name, causationId: name, correlationId: null, traceId: null },
  ...{ time: '2026-11-01T09:00:00.000Z', receivedAt: null, entities: [name], depth },
  ...{ cause: null, afterCauseMs: 12.5, afterFirstMs: null, isCritical: depth === 0 },
  position: { path: name, record: depth },
})

const trace: TraceResult = {
  ...{ schema: 'evt.trace/1', id: hostileNames[0] ?? '', partial: false, searched, causation },
  withoutLineage: 0,
  events: hostileNames.map(eventOf),
  chains: [{ first: 0, missingCause: hostileNames[1] ?? '', events: 20, durationMs: null }],
}

const lag: LagResult = {
  ...{ schema: 'evt.lag/1', asOf: '2026-11-01T09:00:00.000Z', partial: true, sources: [] },
  findings: hostileNames.map((name) => {
    return { kind: 'failed', source: name, severity: 'fault', explain: name }
  }),
  gaps: hostileNames.map((name) => ({ source: name, explain: name })),
}

/** As no command has it: each name as a field, as a value, in a list and in what is nested. */
const odd = {
  ...{ schema: 'evt.odd/1', sources: hostileNames, partial: true, count: 12, none: [], empty: {} },
  named: Object.fromEntries(hostileNames.map((name) => [name, name])),
  rows: hostileNames.map((name, n) => ({ name, n, latencyMs: n, at: lag.asOf, [name]: [name] })),
  deep: { a: { b: { c: { d: hostileNames } } }, big: `${10n ** 20n}` },
  list: hostileNames,
}

async function* chunks() {
  yield hostileNames.map((name, n) => [name, n, n / 7, null])
}

const columns = [
  { name: 'type', type: 'text' },
  { name: 'events', type: 'integer' },
  { name: 'p99LateMs', type: 'decimal' },
  { name: 'nothing', type: 'text' },
] as const

/** Every look that a page of rows has to get right. */
export const rowPages: Readonly<Record<string, () => Promise<string>>> = {
  'evt lag, hostile': () => lagPage(lag, made),
  'evt loops, hostile': () => loopsPage({ result: loopsOf(loopsFound), graph }, made),
  'evt odd, hostile': () => resultPage(odd, 'evt odd', made),
  'evt odd, nothing': () => resultPage({}, 'evt odd', made),
  'evt query, nothing': () =>
    emptyPage({ message: 'no events in a', hint: 'b\nc' }, 'evt query', made),
  'evt query, hostile nothing': () =>
    emptyPage(
      { message: hostileNames.join(' '), hint: hostileNames.join('\n') },
      'evt query',
      made,
    ),
  'evt loops, none': () => loopsPage({ result: loopsOf([]) }, made),
  'evt trace, hostile': () => tracePage(trace, made),
  'evt query, hostile': () =>
    queryPage({ columns, chunks: chunks() }, () => false, {
      title: hostileNames[3] ?? '',
      made,
      isAsIs: true,
    }),
}
