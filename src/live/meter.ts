import type { Decoded, EventRecord, Undecodable } from '../event/event.js'
import type { Mapping } from '../event/mapping.js'
import { timeText } from '../event/time.js'
import type { SpanFigures } from '../meters/figures.js'
import { OTHERS, StatsMeter } from '../meters/stats.js'
import { isDated } from '../stats/findings/dated.js'
import type { FaultyField, ObjectFault } from '../stats/load.js'
import { byEvents } from '../stats/measure.js'
import type { Finding, Span, StatsRow, TypeRow, WindowRow } from '../stats/result.js'
import type { Timeline } from '../stats/timeline.js'
import { Faults } from './faults.js'
import { liveFindings } from './findings.js'
import { LatencySlots, type LatencyWindow } from './latency-slots.js'
import { LiveTimeline } from './timeline.js'
import { LiveWindows } from './windows.js'

export interface LiveOptions {
  /** One row a type and source, or one a source. */
  by: 'type' | 'source'
  /** The width of windows; null: none. `spread`: such that there are at most some hundred. */
  windowUs: number | 'spread' | null
  hops?: boolean | undefined
  /** Whether the latencies of windows all over the run are wanted. */
  spread?: boolean | undefined
  /** So long at least identities and keys are remembered, by the clock of who observes; null: for
   * ever. */
  memoryMs: number | null
  mapping: Mapping
}

type TypeName = StatsMeter['row']

/** All that `evt stats` says, as far as it is known of what was observed. */
export interface LiveFigures {
  span: Span
  total: StatsRow
  types: TypeRow[]
  windows: WindowRow[] | undefined
  findings: Finding[]
  timeline: Timeline | null
  latencies: LatencyWindow[] | undefined
  read: { bytes: number; records: number; undecodable: number }
  /** Whether something may have been forgotten. */
  isBounded: boolean
}

/** So many types and sources have rows of their own: who sends names many to fill memory. */
export const MOST_ROWS = 1_000
const MOST_KEPT = 100
const MOST_FIELDS = 3

/** Measures deliveries in the order in which they are observed, and keeps none of them. */
export class LiveMeter {
  private readonly stats: StatsMeter
  private readonly faults = new Faults()
  private readonly rowFaults: Faults
  private readonly timeline = new LiveTimeline()
  private readonly latencies: LatencySlots | undefined
  private readonly spreadWindows: LiveWindows | undefined
  private readonly undecodables: Undecodable[] = []
  private readonly undecodableReasons = new Map<string, number>()
  private readonly faultyFields: FaultyField[] = []
  private readonly faultyFieldCounts = new Map<string, number>()
  private readonly sources = new Set<string>()
  private events = 0
  private undecodable = 0
  private bytes = 0
  private forgotAtMs = Number.NaN
  private isBounded = false

  constructor(private readonly options: LiveOptions) {
    const { by, windowUs, hops = false, spread = false, memoryMs } = options
    const bySource = by === 'source' ? this.sourceOf : null
    const rowOf = typeof windowUs === 'number' ? windowOf(windowUs) : bySource
    this.stats = new StatsMeter(rowOf, hops, MOST_ROWS)
    this.rowFaults = by === 'type' ? this.faults : new Faults()
    this.latencies = spread ? new LatencySlots() : undefined
    this.spreadWindows = windowUs === 'spread' ? new LiveWindows() : undefined
    if (memoryMs !== null) {
      this.stats.forget()
      this.spreadWindows?.forget()
    }
  }

  /** @param nowMs when these were observed */
  observe(items: readonly { readonly decoded: Decoded }[], nowMs: number): void {
    this.forget(nowMs)
    for (const { decoded } of items) {
      if (decoded.kind === 'event') this.addEvent(decoded.event)
      else this.addUndecodable(decoded.undecodable)
    }
  }

  /** @param objectFaults what kept sources from being read whole, to be told */
  read(objectFaults: ObjectFault[] = []): LiveFigures {
    const { span, total, types } = this.stats.read()
    const { by, mapping } = this.options
    const rows = by === 'type' ? types : this.bySource()
    const spanTexts = textsOf(span)
    const { events, faults, rowFaults, undecodable, bytes } = this
    const records = events + undecodable
    const loaded = { ...this.kept(), objectFaults, records, undecodable }
    const about = { rows, types, faults, rowFaults, loaded, mapping }
    return {
      ...{ span: spanTexts, total, types: rows, windows: this.windows() },
      findings: liveFindings({ ...about, events, isDated: isDated(spanTexts) }),
      timeline: this.timeline.read(),
      latencies: this.latencies?.read(),
      read: { bytes, records, undecodable },
      isBounded: this.isBounded,
    }
  }

  private addEvent(event: EventRecord): void {
    this.events += 1
    this.bytes += event.sizeBytes
    const delivery = this.stats.observe(event)
    const { row } = this.stats
    this.faults.observe(delivery, row)
    if (this.rowFaults !== this.faults) {
      this.rowFaults.observe(delivery, { type: '*', source: this.sourceOf(event) })
    }
    this.timeline.observe(event)
    this.latencies?.observe(delivery)
    this.spreadWindows?.observe(delivery)
    for (const fault of event.faults) this.addFaultyField(event, row, fault)
  }

  /** Of so many sources their own name. */
  private readonly sourceOf = ({ source }: EventRecord): string => {
    if (this.sources.size < MOST_ROWS) this.sources.add(source)
    return this.sources.has(source) ? source : OTHERS
  }

  private addUndecodable(undecodable: Undecodable): void {
    const { reason, sizeBytes } = undecodable
    this.undecodable += 1
    this.bytes += sizeBytes
    this.undecodableReasons.set(reason, (this.undecodableReasons.get(reason) ?? 0) + 1)
    if (this.undecodables.length < MOST_KEPT) this.undecodables.push(undecodable)
  }

  private addFaultyField(
    { id, key, position }: EventRecord,
    { type, source }: TypeName,
    fault: EventRecord['faults'][number],
  ): void {
    const name = JSON.stringify([source, type, fault.field, fault.reason])
    const known = this.faultyFieldCounts.get(name) ?? 0
    this.faultyFieldCounts.set(name, known + 1)
    if (known < MOST_FIELDS) {
      this.faultyFields.push({ group: { source, type }, fault, position, id, key })
    }
  }

  private forget(nowMs: number): void {
    const { memoryMs } = this.options
    if (memoryMs === null) return
    if (Number.isNaN(this.forgotAtMs)) this.forgotAtMs = nowMs
    if (nowMs - this.forgotAtMs < memoryMs) return
    this.forgotAtMs = nowMs
    this.isBounded = true
    this.stats.forget()
    this.spreadWindows?.forget()
  }

  private kept() {
    const { undecodables, undecodableReasons, faultyFields, faultyFieldCounts } = this
    return { undecodables, undecodableReasons, faultyFields, faultyFieldCounts }
  }

  private bySource(): TypeRow[] {
    const rows = [...this.stats.readGroups()].map(([source, row]) => ({
      type: '*',
      source,
      ...row,
    }))
    return rows.sort(byEvents)
  }

  private windows(): WindowRow[] | undefined {
    const { windowUs } = this.options
    if (windowUs === 'spread') return this.spreadWindows?.read()
    if (windowUs === null) return undefined
    const rows = [...this.stats.readGroups()].filter(([start]) => start !== '')
    rows.sort(([a], [b]) => Number(a) - Number(b))
    return rows.map(([start, row]) => {
      const startUs = Number(start)
      return { start: timeText(startUs), end: timeText(startUs + windowUs), ...row }
    })
  }
}

/** The start of the window; no text for what has neither time. */
function windowOf(windowUs: number): (event: EventRecord) => string {
  return ({ receivedAtUs, timeUs }) => {
    const us = receivedAtUs ?? timeUs
    return us === null ? '' : String(Math.floor(us / windowUs) * windowUs)
  }
}

function textsOf(span: SpanFigures): Span {
  const text = (us: number | null) => (us === null ? null : timeText(us))
  return {
    firstTime: text(span.firstTimeUs),
    lastTime: text(span.lastTimeUs),
    firstReceivedAt: text(span.firstReceivedAtUs),
    lastReceivedAt: text(span.lastReceivedAtUs),
  }
}
