import { EvtError } from '../errors.js'
import { LiveLoops } from '../loops/live-loops.js'
import { hiddenNames } from '../questions/hidden-names.js'
import { endedBadly } from '../reading/ended-badly.js'
import { openTail, type Tail, type TailRequest } from '../tail/run.js'
import { datumsOf, type WindowDatums } from './datums.js'
import { Journal } from './journal.js'
import { membersBy } from './members.js'
import type { OfType } from './own-types.js'
import type { MetricsResult } from './plan.js'
import { costOfLive, isTaken } from './plan.js'
import type { Telling } from './request.js'
import { journalFile, namesOf, openTarget } from './setup.js'
import { tell, telling } from './tell.js'
import type { WindowFigures } from './window.js'
import { WindowMeter } from './window-meter.js'

export interface LivePublishRequest extends TailRequest, Telling {
  everyMs: number
  /** Identities and keys are remembered for so long at least; null: for ever. */
  memoryMs: number | null
  loops: boolean
  allowPartial: boolean
  onOpen(sources: Tail['sources']): void
  /** Told of windows that were told, and of trouble that passes. */
  onTold(text: string): void
}

export interface LivePublishRun {
  /** What it takes, at most. */
  readonly result: MetricsResult
  /** Until the time is over, the source ends or somebody interrupts. */
  publish(): Promise<{ result: MetricsResult; failure: EvtError | undefined }>
  close(): void
}

interface Following {
  readonly live: LiveLoops | undefined
  readonly journal: Journal
}

/** So long after its end a window is waited for. */
const SETTLE_MS = 5_000
const LEAST_TURNS = 3
/** So many windows wait for somebody who does not answer. */
const MOST_WAITING = 1_440

/**
 * Says what telling of what comes costs; nothing is tapped before it is to be told.
 *
 * @throws EvtError `usage` for what was typed wrong
 */
export async function planLive(request: LivePublishRequest): Promise<LivePublishRun> {
  const { windowUs, mostTypes, everyMs, loops, by } = request
  const { namespace, promised } = await namesOf(request)
  const target = await openTarget(namespace, request)
  const counts = { published: 0, before: 0, inDoubt: 0, open: 0, cut: 0, refused: 0, slow: 0 }
  const isCloudWatch = target.kind === 'cloudwatch'
  const result: MetricsResult = {
    ...{ schema: 'evt.metrics/1', namespace, region: target.region },
    ...(target.url !== null && { url: target.url }),
    ...{ sources: [...request.given], windowMs: windowUs / 1_000, everyMs, partial: false },
    windows: { ...counts, first: null, last: null },
    ...{ untimed: 0, undecodable: 0 },
    ...(by !== 'type' && { by }),
    ...costOfLive({ mostTypes, everyMs, windowUs, loops, isCloudWatch }),
  }
  return {
    result,
    publish: () => new LivePublish(request, { result, promised }, target).run(),
    close: () => target.close(),
  }
}

class LivePublish {
  private readonly stop = new AbortController()
  private readonly seen = { undecodable: 0, records: 0 }
  private waiting: WindowDatums[] = []
  private failure: unknown
  private hasTold = false
  /** Why those that wait were not told. */
  private trouble: unknown
  private isOver = false
  private readonly result: MetricsResult

  constructor(
    private readonly request: LivePublishRequest,
    private readonly planned: { result: MetricsResult; promised: readonly OfType[] },
    private readonly target: Awaited<ReturnType<typeof openTarget>>,
  ) {
    this.result = planned.result
  }

  async run(): Promise<{ result: MetricsResult; failure: EvtError | undefined }> {
    const { request, stop, target, result } = this
    const { signal, nowMs, allowPartial } = request
    const tail = await openTail({
      ...{ ...request, isMeasured: true },
      signal: AbortSignal.any([signal, stop.signal]),
    })
    request.onOpen(tail.sources)
    const sources = tail.sources.map(({ address }) => address)
    const { namespace } = result
    const chosen = { types: request.chosen.types ?? [], filter: request.filter }
    const journal = new Journal(journalFile(request, { namespace, target, sources, chosen }))
    await telling(journal, async () => {
      await journal.read()
      await this.follow(tail, journal)
    })
    if (this.failure !== undefined) throw this.failure
    const { undecodable, records } = this.seen
    const ended = endedBadly({ records, objectFaults: tail.faults, signal, allowPartial })
    const open = result.windows.open + this.waiting.length
    const windows = { ...result.windows, open }
    const partial = signal.aborted || tail.faults.length > 0
    this.request.onTold(`ended at ${new Date(nowMs()).toISOString()}`)
    const failure = ended ?? this.untold()
    return { result: { ...result, sources, partial, windows, undecodable }, failure }
  }

  /** There is no next time for what still waits. */
  private untold(): EvtError | undefined {
    const { trouble, waiting } = this
    if (trouble === undefined) return undefined
    const cause = trouble instanceof EvtError ? trouble : undefined
    const message = cause?.message ?? String(trouble)
    const count = `${waiting.length} ${waiting.length === 1 ? 'window was' : 'windows were'}`
    return new EvtError(waiting.length === 0 ? message : `${count} not published: ${message}`, {
      ...{ code: cause?.code ?? 'outside', hint: cause?.hint, cause: trouble },
    })
  }

  private async follow(tail: Tail, journal: Journal): Promise<void> {
    const { nowMs, loops, memoryMs } = this.request
    const meter = this.meter(tail)
    const live = loops ? new LiveLoops({ leastTurns: LEAST_TURNS, memoryMs }) : undefined
    const closed = (isEnded: boolean) => meter.closed(nowMs(), isEnded)
    const done = this.ticking(() => this.tellClosed(closed(false), { live, journal }))
    const beganMs = nowMs()
    let isEnded = false
    try {
      for await (const items of tail.items) {
        meter.observe(items, nowMs())
        live?.observe(items, nowMs())
        for (const { decoded } of items) this.count(decoded.kind)
      }
      isEnded = this.hasEndedItself(beganMs)
    } finally {
      await done()
      this.isOver = true
      if (this.failure === undefined) {
        await this.tellClosed(closed(isEnded), { live, journal })
      }
      this.result.windows.cut = meter.cut > 0 ? 1 : 0
      this.result.windows.open = meter.open
      this.result.otherTypes = meter.otherTypes
    }
  }

  /** Whether the source has, rather than that somebody or the time has ended it. */
  private hasEndedItself(beganMs: number): boolean {
    const { signal, durationMs, nowMs } = this.request
    const isOver = durationMs !== null && nowMs() - beganMs >= durationMs
    return !signal.aborted && !this.stop.signal.aborted && !isOver
  }

  private count(kind: 'event' | 'undecodable'): void {
    this.seen.records += 1
    if (kind === 'undecodable') this.seen.undecodable += 1
  }

  private meter({ hidden, mapping }: Tail): WindowMeter {
    const { windowUs, start, nowMs, mostTypes, memoryMs, by } = this.request
    const startUs = typeof start === 'object' && 'fromUs' in start ? start.fromUs : nowMs() * 1_000
    const fromUs = start === 'beginning' ? null : Math.ceil(startUs / windowUs) * windowUs
    const names = hiddenNames({ paths: hidden, mapping })
    const membersOf = by === 'type' ? undefined : membersBy(by, names)
    const settleMs = SETTLE_MS
    const promised = by === 'type' ? this.planned.promised : []
    return new WindowMeter({
      ...{ windowUs, fromUs, settleMs, mostTypes, promised, membersOf, memoryMs },
    })
  }

  /** @returns ends it, when what is being told has been */
  private ticking(tick: () => Promise<void>): () => Promise<void> {
    const { everyMs, nowMs } = this.request
    let timer: NodeJS.Timeout | undefined
    let running = Promise.resolve()
    const next = () => {
      const sinceMs = nowMs() - SETTLE_MS
      const waitMs = (Math.floor(sinceMs / everyMs) + 1) * everyMs - sinceMs
      timer = setTimeout(() => {
        running = tick().then(next, (error: unknown) => {
          this.failure = error
          this.stop.abort()
        })
      }, waitMs)
    }
    next()
    return async () => {
      clearTimeout(timer)
      await running
      clearTimeout(timer)
    }
  }

  private async tellClosed(
    closed: readonly WindowFigures[],
    { live, journal }: Following,
  ): Promise<void> {
    const { dimensions, graceUs, by } = this.request
    const options = { dimensions, graceUs, by }
    for (const window of closed) {
      const datums = datumsOf(withLoops(window, live), options)
      if (this.isWanted(datums, journal)) this.waiting.push(datums)
    }
    if (this.waiting.length > 0) await this.tellWaiting(journal)
  }

  private isWanted({ startMs }: WindowDatums, journal: Journal): boolean {
    const { windows } = this.result
    const { resend, nowMs } = this.request
    if (this.target.kind === 'cloudwatch' && !isTaken(startMs, nowMs())) windows.refused += 1
    else if (journal.isWanted(startMs, resend)) return true
    else if (journal.stateOf(startMs) === 'done') windows.before += 1
    else windows.inDoubt += 1
    return false
  }

  /** What was refused waits for the next time, once it is known that it can be told at all. */
  private async tellWaiting(journal: Journal): Promise<void> {
    const { target, request } = this
    const told = this.waiting
    const signal = new AbortController().signal
    let trouble: unknown
    const patience = request.signal
    await tell(told, { target, journal, signal, patience, onProgress: () => undefined }).catch(
      (error) => {
        trouble = error
      },
    )
    this.waiting = told.filter(({ startMs }) => {
      const state = journal.stateOf(startMs)
      return state === undefined || state === 'refused'
    })
    this.note(told, journal)
    this.trouble = trouble
    if (trouble === undefined) {
      this.hasTold = true
      return
    }
    const isLasting = !this.hasTold || this.waiting.length > MOST_WAITING
    if (isLasting || request.signal.aborted) throw trouble
    if (this.isOver) return
    const reason = trouble instanceof EvtError ? trouble.message : String(trouble)
    request.onTold(`${reason}; ${this.waiting.length} windows wait for the next time`)
  }

  private note(told: readonly WindowDatums[], journal: Journal): void {
    const { windows } = this.result
    for (const { startMs, datums } of told) {
      const state = journal.stateOf(startMs)
      if (state === 'begun') windows.inDoubt += 1
      if (state !== 'done') continue
      const text = new Date(startMs).toISOString()
      windows.published += 1
      windows.first ??= text
      windows.last = text
      this.result.datums += datums.length
      const events = datums.find(({ metric }) => metric === 'Deliveries')?.values[0] ?? 0
      this.request.onTold(`${text}  ${events} deliveries`)
    }
  }
}

/** Those that ran in it, as far as they are known. */
function withLoops(window: WindowFigures, live: LiveLoops | undefined): WindowFigures {
  if (!live) return window
  const { startMs, endMs, beside } = window
  const loops = live.known.filter(
    ({ first, last }) =>
      first !== null && last !== null && Date.parse(first) < endMs && Date.parse(last) >= startMs,
  ).length
  return { ...window, beside: { ...beside, loops } }
}
