import type { HeatStrip } from '../../src/reconcile/figures.js'
import type { ReconcileRun } from '../../src/reconcile/finished.js'
import type { ReconcileResult, ReconcileRow } from '../../src/reconcile/result.js'
import { hostileNames } from './pages.js'

const startUs = Date.UTC(2026, 10, 1) * 1_000
const minuteUs = 60e6
const at = (minutes: number) => new Date((startUs + minutes * minuteUs) / 1_000).toISOString()

const row = (sent: number, more: Partial<ReconcileRow> = {}): ReconcileRow => ({
  ...{ sent, received: sent, lost: 0, unexpected: 0, duplicated: 0, late: 0, recovered: null },
  ...{ inFlight: 0, lostUnacknowledged: null, ...more },
})

const stage = (name: string, source = `${name}/`) => ({
  ...{ name, sources: [source], events: 9_000, identities: 8_990, withoutId: 0 },
  read: { objects: 3, bytes: 4_200_000, records: 9_001, undecodable: 1 },
  span: { firstTime: at(0), lastTime: at(40), firstReceivedAt: at(0), lastReceivedAt: at(41) },
})

function strip(names: readonly string[]): HeatStrip {
  const slot = (n: number, bad: number, lost: number) => ({
    ...{ startUs: startUs + n * minuteUs, sent: 200, bad, lost },
  })
  const slots = [slot(0, 0, 0), slot(3, 1, 0), slot(4, 10, 5), slot(5, 60, 60), slot(9, 150, 1)]
  return {
    ...{ startUs, stepUs: minuteUs, steps: 12 },
    rows: names.map((type, n) => ({
      type,
      source: 'shop',
      slots: n === 1 ? [slot(2, 0, 0)] : slots,
    })),
  }
}

function result(names: readonly string[], more: Partial<ReconcileResult> = {}): ReconcileResult {
  const bad = { received: 190, lost: 10, late: 4, unexpected: 2, duplicated: 7 }
  const types = names.map((type) => ({ type, source: 'shop', ...row(200, bad) }))
  return {
    ...{ schema: 'evt.reconcile/1', partial: false, identity: 'source+id', graceMs: 30_000 },
    selection: { since: null, until: null },
    end: { time: at(41), by: 'receivedAt' },
    ...{ stages: [stage('sent'), stage('received')], types },
    total: row(200 * names.length, { lost: 10 * names.length }),
    findings: names.map((type) => ({
      ...{ kind: 'lost', type, source: 'shop', severity: 'fault', count: 10 },
      ...{ between: ['sent', 'received'], explain: `10 events of ${type} were lost.` },
      witnesses: [{ position: { path: type, record: 3 }, id: type, role: 'sent', time: at(1) }],
    })),
    ...more,
  }
}

const shop = ['order.placed', 'order.paid', 'order.packed']
const hop = (from: string, to: string) => ({
  ...{ from, to, end: { time: at(41), by: 'receivedAt' as const }, lostHere: 3 },
  ...{ total: row(600), types: [{ type: 'order.placed', source: 'shop', ...row(200) }] },
})

/** Every look that a page of `evt reconcile` has to get right. */
export const reconciliations: Readonly<Record<string, ReconcileRun>> = {
  shop: { ...runOf(result(shop)), strip: strip(shop) },
  stages: runOf(
    result(shop, {
      stages: [stage('api'), stage('bus'), stage('queue')],
      hops: [hop('api', 'bus'), hop('bus', 'queue')],
      windows: [
        { start: at(0), end: at(5), ...row(300) },
        { start: null, end: null, ...row(2, { lost: null, late: null }) },
      ],
      partial: true,
    }),
  ),
  hostile: {
    ...runOf(result(hostileNames, { stages: [stage('sent', hostileNames[2]), stage('received')] })),
    strip: strip(hostileNames),
  },
  nothing: runOf(
    result([], { end: { time: null, by: null }, total: row(0, { lost: null, late: null }) }),
  ),
}

function runOf(of: ReconcileResult): ReconcileRun {
  return { result: of, strip: null, losses: undefined, failure: undefined, isEmpty: false }
}
