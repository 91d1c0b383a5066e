import { setTimeout } from 'node:timers/promises'
import { timeText } from '../../event/time.js'
import { type Outcome, Sender } from '../../sinks/sender.js'
import type { OpenSink } from '../../sinks/sink.js'
import { Fault } from '../events.js'
import { eventId, keyText } from '../fields.js'
import type { Workload } from '../workload.js'
import type { Ledger } from './ledger.js'
import { createMessages, type LiveMessage, type MessageShape, plantedFault } from './messages.js'

/** What a run did. */
export interface LiveCounts {
  sent: number
  failed: number
  /** Lost on purpose. */
  lost: number
  bytes: number
  /** Calls of what was sent beyond the first. */
  repeated: number
  /** By what was said, the failures. */
  readonly errors: Map<string, number>
  /** By delivery, 1 for what was sent. */
  readonly isSent: Uint8Array
  /** When the first call began, and the last was answered. */
  firstMs: number
  lastMs: number
}

export interface LiveHooks {
  readonly signal: AbortSignal
  onProgress(counts: Readonly<LiveCounts>): void
}

/**
 * Sends a workload at its pace: events when they are produced, what is held back or comes again
 * when its time has come. Their times are those of the sending; one that was held back has the time
 * at which it would have been sent. Where the target is slower than the pace, it decides.
 *
 * @returns also why nothing more could be sent, where something failed for good
 */
export async function sendWorkload(
  workload: Workload,
  target: { sink: OpenSink; ledger: Ledger; shape: MessageShape },
  { signal, onProgress }: LiveHooks,
): Promise<{ counts: LiveCounts; failure: unknown }> {
  const { sink, ledger, shape } = target
  const counts = noCounts(workload)
  const messageOf = createMessages(workload, shape)
  const onOutcome = (message: LiveMessage, outcome: Outcome) => {
    note(counts, ledger, { message, outcome, fault: plantedFault(workload, message.delivery) })
    onProgress(counts)
  }
  const sender = new Sender<LiveMessage>(sink, { signal, onOutcome })
  const pace = new Pace(workload)
  const losses = new Losses(workload, ledger, counts)
  const all = async () => {
    for (let d = 0; d < workload.deliveries.count; d++) {
      await pace.until(d, signal)
      if (signal.aborted) return
      losses.before(d)
      setTime(workload, d)
      await sender.add(messageOf(d))
      ledger.check()
    }
    losses.all()
  }
  const failure = await all().catch((error: unknown) => error)
  const failureAtEnd = await sender.end().catch((error: unknown) => error)
  return { counts, failure: failure ?? failureAtEnd }
}

function noCounts({ deliveries }: Workload): LiveCounts {
  return {
    ...{ sent: 0, failed: 0, lost: 0, bytes: 0, repeated: 0 },
    ...{ errors: new Map(), isSent: new Uint8Array(deliveries.count) },
    ...{ firstMs: Number.POSITIVE_INFINITY, lastMs: Number.NEGATIVE_INFINITY },
  }
}

interface Noted {
  readonly message: LiveMessage
  readonly outcome: Outcome
  readonly fault: string | null
}

function note(counts: LiveCounts, ledger: Ledger, { message, outcome, fault }: Noted): void {
  if (outcome.status === 'not sent') return
  const { delivery, id, source, type, key, sequence, timeUs, body } = message
  const line = {
    ...{ n: delivery + 1, id, source, type, key: key ?? '', sequence },
    ...{ time: timeText(timeUs ?? 0), fault, attempts: outcome.attempts },
  }
  if (outcome.status === 'failed') {
    const { status, error } = outcome
    counts.failed += 1
    counts.errors.set(error, (counts.errors.get(error) ?? 0) + 1)
    ledger.add({ ...line, status, error })
    return
  }
  const { status, messageId, calledMs, answeredMs, attempts } = outcome
  const [calledAt, answeredAt] = [timeText(calledMs * 1_000), timeText(answeredMs * 1_000)]
  counts.sent += 1
  counts.bytes += Buffer.byteLength(body)
  counts.repeated += attempts - 1
  counts.isSent[delivery] = 1
  counts.firstMs = Math.min(counts.firstMs, calledMs)
  counts.lastMs = Math.max(counts.lastMs, answeredMs)
  ledger.add({ ...line, status, messageId, calledAt, answeredAt })
}

/** The time of an event, where this is its first delivery: now, less what it was held back. */
function setTime({ events, deliveries }: Workload, d: number): void {
  if (deliveries.fault[d] !== Fault.none) return
  const event = deliveries.event[d] ?? 0
  const isHeld = events.fault[event] === Fault.reordered
  const heldUs = (events.arrivalUs[event] ?? 0) - (events.timeUs[event] ?? 0)
  const heldMs = isHeld ? Math.round(heldUs / 1_000) : 0
  events.timeUs[event] = (Date.now() - heldMs) * 1_000
}

/** When each delivery is due. What comes again long after the last event comes right behind it. */
class Pace {
  private readonly startMs = performance.now()
  private readonly startUs: number
  private readonly endUs: number

  constructor(private readonly workload: Workload) {
    const { events, settings } = workload
    this.startUs = settings.startUs
    this.endUs = (events.timeUs[events.count - 1] ?? 0) + 1e6
  }

  async until(d: number, signal: AbortSignal): Promise<void> {
    const dueUs = Math.min(this.workload.deliveries.arrivalUs[d] ?? 0, this.endUs) - this.startUs
    const waitMs = dueUs / 1_000 - (performance.now() - this.startMs)
    if (waitMs < 1) return
    await setTimeout(waitMs, undefined, { signal }).catch(() => undefined)
  }
}

/** Events that are lost on purpose: the ledger has them where they would have been sent. */
class Losses {
  private readonly lost: readonly number[]
  private next = 0

  constructor(
    private readonly workload: Workload,
    private readonly ledger: Ledger,
    private readonly counts: LiveCounts,
  ) {
    const { events } = workload
    const all = Array.from({ length: events.count }, (_, event) => event)
    this.lost = all.filter((event) => events.fault[event] === Fault.lost)
  }

  /** Those that were produced before a delivery's event. */
  before(d: number): void {
    const { deliveries } = this.workload
    while ((this.lost[this.next] ?? Number.POSITIVE_INFINITY) < (deliveries.event[d] ?? 0)) {
      this.lose()
    }
  }

  all(): void {
    while (this.next < this.lost.length) this.lose()
  }

  private lose(): void {
    const { events, rows } = this.workload
    const event = this.lost[this.next] ?? 0
    const { type = '', source = '' } = rows[events.row[event] ?? 0] ?? {}
    this.next += 1
    this.counts.lost += 1
    this.ledger.add({
      ...{ n: null, id: eventId(this.workload, event), source, type },
      ...{ key: keyText(events.key[event] ?? 0), sequence: events.sequence[event] ?? 0 },
      ...{ time: timeText(Date.now() * 1_000), fault: 'lost', status: 'lost' },
    })
  }
}
