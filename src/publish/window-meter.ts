import type { Decoded, EventRecord } from '../event/event.js'
import type { Delivery } from '../meters/delivery.js'
import { Judge } from '../meters/judge.js'
import { RowMeter } from '../meters/row.js'
import type { MembersOf } from './members.js'
import { chosenTypes, nameOf, type OfType } from './own-types.js'
import { countedOf, emptyRow, type TypeFigures, type WindowFigures } from './window.js'

export interface WindowMeterOptions {
  readonly windowUs: number
  /** The start of the first window that can be whole; null: what comes first is in it. */
  readonly fromUs: number | null
  /** So long after its end, and after the last that came of it, a window is waited for. */
  readonly settleMs: number
  /** So many types have metrics of their own, those that come first. */
  readonly mostTypes: number
  /** Types for which there is room whenever they come. */
  readonly promised?: readonly OfType[] | undefined
  /** Keys or entities have them in place of types. */
  readonly membersOf?: MembersOf | undefined
  /** So long at least identities and keys are remembered; null: for ever. */
  readonly memoryMs: number | null
}

interface TypeInWindow {
  readonly row: RowMeter
  newestUs: number | undefined
}

interface Window {
  readonly row: RowMeter
  /** By name, of those that have metrics of their own. */
  readonly types: Map<string, TypeInWindow>
  isEmpty: boolean
  undecodable: number
  missed: number
  newestUs: number | undefined
  /** When something of it was observed last. */
  seenMs: number
}

/** So many windows at once are not over: who sends times of his own makes many. */
const MOST_OPEN = 2_000
/** As an archive's: a longer gap is none of the traffic. */
const MOST_EMPTY = 1_440
const AHEAD_US = 7_200e6
/** Names that are counted as having no metrics of their own. */
const MOST_OTHERS = 10_000

/** Measures what comes in windows by `receivedAt`, else `time`, else the clock of who observes, and
 * forgets each once it is over. */
export class WindowMeter {
  private readonly judge = new Judge()
  private readonly windows = new Map<number, Window>()
  /** With the newest event of each in the windows that are over. */
  private readonly own = new Map<string, OfType & { newestUs?: number }>()
  private readonly others = new Set<string>()
  /** Promised, and nothing of them has come. */
  private readonly awaited: Set<string>
  private nextUs: number | null
  private newestUs: number | undefined
  private forgotAtMs = Number.NaN
  /** Deliveries of the window in which the run began, of which some may have come before. */
  cut = 0

  constructor(private readonly options: WindowMeterOptions) {
    this.nextUs = options.fromUs
    this.awaited = new Set(options.promised?.map(nameOf))
    if (options.memoryMs !== null) this.judge.forget()
  }

  /** How many types have none. */
  get otherTypes(): number {
    return this.others.size
  }

  /** @param nowMs when these were observed */
  observe(items: readonly { readonly decoded: Decoded }[], nowMs: number): void {
    this.forget(nowMs)
    for (const { decoded } of items) {
      if (decoded.kind === 'event') this.addEvent(decoded.event, nowMs)
      else this.at(nowMs * 1_000, nowMs, (window) => (window.undecodable += 1))
    }
  }

  /** How many have something and are not over. */
  get open(): number {
    return this.windows.size
  }

  /** Those that are over, each once, in their order.
   * @param isEnded nothing comes any more that would have to be waited for */
  closed(nowMs: number, isEnded = false): WindowFigures[] {
    const { windowUs } = this.options
    const settleMs = isEnded ? 0 : this.options.settleMs
    const closed: WindowFigures[] = []
    for (;;) {
      const startUs = this.nextStart(nowMs)
      if (startUs === null) return closed
      const window = this.windows.get(startUs)
      const quietMs = Math.max((startUs + windowUs) / 1_000, window?.seenMs ?? 0) + settleMs
      if (nowMs < quietMs) return closed
      closed.push(this.figuresOf(startUs, window))
      this.windows.delete(startUs)
      this.nextUs = startUs + windowUs
    }
  }

  private nextStart(nowMs: number): number | null {
    const { nextUs } = this
    if (nextUs !== null && this.windows.has(nextUs)) return nextUs
    const first = Math.min(...this.windows.keys())
    if (nextUs === null) return Number.isFinite(first) ? first : null
    // What is dated ahead does not make windows empty that have not been.
    if (!(first / 1_000 <= nowMs)) return nextUs
    const gap = (first - nextUs) / this.options.windowUs
    return gap > MOST_EMPTY ? first : nextUs
  }

  private figuresOf(startUs: number, window: Window | undefined): WindowFigures {
    const { windowUs } = this.options
    const endUs = startUs + windowUs
    if (window?.newestUs !== undefined) {
      this.newestUs = Math.max(window.newestUs, this.newestUs ?? window.newestUs)
    }
    return {
      ...{ startMs: startUs / 1_000, endMs: endUs / 1_000, types: this.typesOf(endUs, window) },
      row: window && !window.isEmpty ? window.row.read() : emptyRow,
      beside: {
        freshnessMs: this.newestUs === undefined ? undefined : (endUs - this.newestUs) / 1_000,
        undecodable: window?.undecodable ?? 0,
        missed: window?.missed ?? 0,
      },
    }
  }

  private typesOf(endUs: number, window: Window | undefined): TypeFigures[] {
    return [...this.own].map(([name, own]) => {
      const { type, source } = own
      const found = window?.types.get(name)
      const row = found?.row.read() ?? emptyRow
      const newestUs = found?.newestUs
      if (newestUs !== undefined) own.newestUs = Math.max(newestUs, own.newestUs ?? newestUs)
      const { hdr, min, max, overflow } = row.latencyMs
      const ends = { minMs: min ?? undefined, maxMs: max ?? undefined }
      return {
        ...{ type, source, ...countedOf(row), overflow },
        latencies: hdr === null ? undefined : { type, source, hdr, ...ends },
        freshnessMs: own.newestUs === undefined ? undefined : (endUs - own.newestUs) / 1_000,
      }
    })
  }

  private addEvent(event: EventRecord, nowMs: number): void {
    const delivery = this.judge.judge(event)
    const nowUs = nowMs * 1_000
    const us = event.receivedAtUs ?? event.timeUs ?? nowUs
    const isFar = us > nowUs + AHEAD_US
    const isTaken = !isFar && this.at(us, nowMs, (window) => this.add(delivery, window))
    if (!isTaken) this.at(nowUs, nowMs, (window) => (window.missed += 1))
  }

  /** @returns whether it has a place, or is of a time before all windows */
  private at(us: number, nowMs: number, add: (window: Window) => void): boolean {
    const { windowUs, fromUs } = this.options
    const startUs = Math.floor(us / windowUs) * windowUs
    if (fromUs !== null && startUs < fromUs) {
      this.cut += 1
      return true
    }
    if (this.nextUs !== null && startUs < this.nextUs) return false
    let window = this.windows.get(startUs)
    if (!window) {
      if (this.windows.size >= MOST_OPEN && us !== nowMs * 1_000) return false
      window = {
        ...{ row: new RowMeter(), types: new Map(), isEmpty: true, undecodable: 0, missed: 0 },
        ...{ newestUs: undefined, seenMs: nowMs },
      }
      this.windows.set(startUs, window)
    }
    window.seenMs = nowMs
    add(window)
    return true
  }

  private add(delivery: Delivery, window: Window): void {
    const { event } = delivery
    window.isEmpty = false
    window.row.observe(delivery)
    if (event.timeUs !== null) {
      window.newestUs = Math.max(event.timeUs, window.newestUs ?? event.timeUs)
    }
    const { membersOf } = this.options
    const names = membersOf?.(event).map((type) => ({ type, source: '' })) ?? [event]
    for (const name of names) this.addOwn(delivery, window, name)
  }

  private addOwn(delivery: Delivery, window: Window, own: OfType): void {
    const name = nameOf(own)
    if (!this.isOwn(own, name)) return
    const of = window.types.get(name) ?? { row: new RowMeter(), newestUs: undefined }
    window.types.set(name, of)
    of.row.observe(delivery)
    const { timeUs } = delivery.event
    if (timeUs !== null) of.newestUs = Math.max(timeUs, of.newestUs ?? timeUs)
  }

  private isOwn({ type, source }: OfType, name: string): boolean {
    if (this.own.has(name)) return true
    const kept = this.awaited.has(name) ? 0 : this.awaited.size
    const mayBe = this.own.size + kept < this.options.mostTypes
    const [own] = mayBe ? chosenTypes([{ type, source }], 1).own : []
    if (own) {
      this.own.set(name, own)
      this.awaited.delete(name)
    } else if (this.others.size < MOST_OTHERS) this.others.add(name)
    return own !== undefined
  }

  private forget(nowMs: number): void {
    const { memoryMs } = this.options
    if (memoryMs === null) return
    if (Number.isNaN(this.forgotAtMs)) this.forgotAtMs = nowMs
    if (nowMs - this.forgotAtMs < memoryMs) return
    this.forgotAtMs = nowMs
    this.judge.forget()
  }
}
