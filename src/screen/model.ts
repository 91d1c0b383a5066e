import type { Decoded, EventRecord, Position, Undecodable } from '../event/event.js'
import { timeText } from '../event/time.js'
import type { Delivery } from '../meters/delivery.js'
import { LatencyHistogram } from '../meters/hdr.js'
import { Judge } from '../meters/judge.js'
import { durationText } from '../ui/numbers.js'
import { OverTime } from './over-time.js'
import { latencyUs, percentileMs, Recent, type RecentFigures } from './recent.js'
import { light, type Mark, RecentEvents, type Shown } from './recent-events.js'

/** Further types are one row. */
const MOST_TYPES = 200
const MOST_FAULTS = 100
const MOST_FAULT_BYTES = 64e3
const OTHERS = 'other types'

export interface TypeFigures extends RecentFigures {
  name: string
}

/** An event that proves a fault, or a record that could not be decoded. */
export interface Fault {
  readonly atMs: number
  readonly kind: Exclude<Mark, null> | 'undecodable'
  readonly name: string
  readonly explain: string
  readonly where: string
  readonly shown: Shown | null
}

/** All that the screen shows, at one moment. */
export interface Snapshot {
  nowMs: number
  counts: Counts
  rate: number
  rates: number[]
  total: RecentFigures
  types: TypeFigures[]
  latencies: ReturnType<OverTime['latencies']>
  events: Shown[]
  faults: Fault[]
  note: string
  hasEnded: boolean
}

/** Since the beginning. */
export interface Counts {
  events: number
  duplicates: number
  reordered: number
  skewed: number
  undecodable: number
  p50: number | null
  p99: number | null
}

/**
 * What the screen knows of the events that came: figures of the last minutes, the last events and
 * the last faults, in bounded memory. Nothing in here draws.
 */
export class ScreenModel {
  note = ''
  hasEnded = false
  private readonly judge = new Judge()
  private readonly overTime: OverTime
  private readonly total: Recent
  private readonly types = new Map<string, Recent>()
  private readonly events = new RecentEvents()
  private readonly faults: Fault[] = []
  private readonly latency = new LatencyHistogram()
  private readonly counts = { events: 0, duplicates: 0, reordered: 0, skewed: 0, undecodable: 0 }
  private forgotAtMs: number

  /** @param memoryMs so long identities and keys are remembered at least; null: for ever */
  constructor(
    nowMs: number,
    private readonly memoryMs: number | null,
  ) {
    this.overTime = new OverTime(nowMs)
    this.total = new Recent(nowMs)
    this.forgotAtMs = nowMs
  }

  observe(items: readonly { source: string; decoded: Decoded }[], nowMs: number): void {
    if (this.memoryMs !== null && nowMs - this.forgotAtMs >= this.memoryMs) {
      this.judge.forget()
      this.forgotAtMs = nowMs
    }
    for (const { source, decoded } of items) {
      if (decoded.kind === 'event') this.addEvent(source, decoded.event, nowMs)
      else this.addUndecodable(decoded.undecodable, nowMs)
    }
  }

  read(nowMs: number): Snapshot {
    return {
      ...{ nowMs, counts: this.summary(), note: this.note, hasEnded: this.hasEnded },
      rate: this.overTime.rate(nowMs),
      rates: this.overTime.perSecond(nowMs, 60),
      total: this.total.read(nowMs),
      types: Array.from(this.types, ([name, recent]) => ({ name, ...recent.read(nowMs) })),
      latencies: this.overTime.latencies(nowMs),
      events: this.events.all(),
      faults: [...this.faults].reverse(),
    }
  }

  /** What is said when the screen is gone. */
  summary(): Counts {
    const { latency } = this
    return { ...this.counts, p50: percentileMs(latency, 50), p99: percentileMs(latency, 99) }
  }

  private addEvent(source: string, event: EventRecord, nowMs: number): void {
    const delivery = this.judge.judge(event)
    const us = delivery.repeats === null ? latencyUs(event) : null
    this.counts.events += 1
    if (delivery.repeats !== null) this.counts.duplicates += 1
    if (delivery.extent > 0) this.counts.reordered += 1
    if (us !== null && us >= 0) this.latency.record(us)
    if (us !== null && us < 0) this.counts.skewed += 1
    this.overTime.observe(delivery, nowMs)
    this.total.observe(delivery, nowMs)
    this.typeOf(event, nowMs).observe(delivery, nowMs)
    const mark = markOf(delivery, us)
    const explain = mark === null ? '' : explained(delivery, mark, us)
    const shown = { number: this.counts.events, source, event, mark, explain }
    this.events.add(shown)
    if (mark === null) return
    const where = placeText(event.position)
    const kept = light(shown, MOST_FAULT_BYTES)
    this.addFault({ atMs: nowMs, kind: mark, name: nameOf(event), explain, where, shown: kept })
  }

  private addUndecodable({ position, detail }: Undecodable, nowMs: number): void {
    this.counts.undecodable += 1
    const rest = { name: '', explain: detail, where: placeText(position), shown: null }
    this.addFault({ atMs: nowMs, kind: 'undecodable', ...rest })
  }

  private addFault(fault: Fault): void {
    this.faults.push(fault)
    if (this.faults.length > MOST_FAULTS) this.faults.shift()
  }

  private typeOf(event: EventRecord, nowMs: number): Recent {
    const name = nameOf(event)
    const known = this.types.get(name) ?? (this.isFull() ? this.types.get(OTHERS) : undefined)
    if (known) return known
    const recent = new Recent(nowMs)
    this.types.set(this.isFull() ? OTHERS : name, recent)
    return recent
  }

  private isFull(): boolean {
    return this.types.size >= MOST_TYPES
  }
}

export function nameOf({ source, type }: Pick<EventRecord, 'source' | 'type'>): string {
  return source === '' ? type : `${source}/${type}`
}

function placeText({ path, record }: Position): string {
  return record === 0 ? path : `${path}:${record}`
}

function markOf({ repeats, extent }: Delivery, us: number | null): Mark {
  if (repeats !== null) return 'duplicate'
  if (extent > 0) return 'late'
  return us !== null && us < 0 ? 'early' : null
}

const causes = { sameId: 'the same id again', redelivery: 'redelivered', replay: 'replayed' }

function explained(delivery: Delivery, mark: Exclude<Mark, null>, us: number | null): string {
  const { event, repeats, extent, lateUs, ahead } = delivery
  if (mark === 'duplicate') return repeats === null ? '' : causes[repeats]
  if (mark === 'early') return `${durationText(-(us ?? 0) / 1_000)} before its time`
  const isByTime = event.order === 'time'
  const after =
    isByTime && typeof ahead === 'number' ? timeText(ahead).slice(11, -1) : String(ahead)
  const what = isByTime ? `after one of ${after}` : `seq ${event.sequence} after ${after}`
  const late = lateUs === null ? `${extent} behind` : `${durationText(lateUs / 1_000)} late`
  return `${what}, ${late}`
}
