import type { ResultRows } from '../engines/engine.js'
import { type Outcome, Sender } from '../sinks/sender.js'
import type { OpenSink } from '../sinks/sink.js'
import { entriesOf, type Making } from './entries.js'
import type { ReplayEntry } from './entry.js'
import type { Journal } from './journal.js'
import { Pace, type Speed } from './pace.js'
import type { ReplaySent } from './result.js'

interface SendOptions {
  readonly sink: OpenSink
  readonly making: Making
  /** Null where none is kept. */
  readonly journal: Journal | null
  readonly speed: Speed
  readonly concurrency: number
  /** Whether what the target never takes is left out, as the plan says. */
  readonly skipsRefused: boolean
  /** Whether somebody was erased since it was planned. */
  isErased(entities: readonly string[]): boolean
  /** How many there are, those included that were sent before. */
  readonly events: number
  readonly signal: AbortSignal
  onProgress(done: { sent: number; bytes: number }): void
}

/**
 * Sends entries in their order, those that the journal does not have. Of a key that the target
 * keeps in order nothing more is sent once one of it failed, so that the next run can go on there.
 *
 * @returns also why nothing more could be sent, where something failed for good
 */
export async function sendEntries(
  rows: ResultRows,
  options: SendOptions,
): Promise<{ sent: ReplaySent; failure: unknown }> {
  const { signal, journal, concurrency, speed } = options
  const aSecond = speed.is === 'rate' ? Math.ceil(speed.perSecond) : Number.POSITIVE_INFINITY
  const counts = new Counts(options)
  const sender = new Sender<ReplayEntry>(journaled(options), {
    ...{ signal, concurrency, most: Math.max(concurrency, aSecond), holdsKeys: true },
    skipsRefused: options.skipsRefused,
    onOutcome: (entry, outcome) => {
      journal?.add(entry, outcome)
      counts.note(entry, outcome)
    },
  })
  const pace = new Pace(speed)
  const all = async () => {
    for await (const chunk of entriesOf(rows, options.making)) {
      for (const entry of chunk) {
        if (journal?.wasSent(entry.n)) continue
        if (entry.entities && options.isErased(entry.entities)) {
          counts.erased += 1
          continue
        }
        // Most are due, and have room: what there is to wait for is waited for alone.
        const due = pace.until(entry, signal)
        if (due) await due
        if (signal.aborted) return
        const room = sender.add(entry)
        if (room) await room
      }
    }
  }
  const failure = await all().catch((error: unknown) => error)
  const failureAtEnd = await sender.end().catch((error: unknown) => error)
  return { sent: counts.result(), failure: failure ?? failureAtEnd }
}

/** Nothing more is sent before the journal has what was. */
function journaled({ sink, journal }: SendOptions): OpenSink {
  if (!journal) return sink
  // Calls go out in the order in which they began.
  let turn = Promise.resolve()
  return {
    ...sink,
    async send(batch, signal) {
      turn = turn.then(() => journal.written())
      await turn
      return sink.send(batch, signal)
    },
  }
}

class Counts {
  /** Of somebody who was erased meanwhile. */
  erased = 0
  #sent = 0
  #failed = 0
  #repeated = 0
  #bytes = 0
  #firstMs = Number.POSITIVE_INFINITY
  #lastMs = 0
  /** Those of a call are told of together. */
  #toldMs = 0
  readonly #errors = new Map<string, number>()

  constructor(private readonly options: SendOptions) {}

  note({ body }: ReplayEntry, outcome: Outcome): void {
    if (outcome.status === 'not sent') return
    if (outcome.status === 'failed') {
      this.#failed += 1
      this.#errors.set(outcome.error, (this.#errors.get(outcome.error) ?? 0) + 1)
      return
    }
    this.#sent += 1
    this.#bytes += Buffer.byteLength(body)
    this.#repeated += outcome.attempts - 1
    this.#firstMs = Math.min(this.#firstMs, outcome.calledMs)
    this.#lastMs = Math.max(this.#lastMs, outcome.answeredMs)
    if (outcome.answeredMs === this.#toldMs) return
    this.#toldMs = outcome.answeredMs
    this.options.onProgress({ sent: this.#sent, bytes: this.#bytes })
  }

  result(): ReplaySent {
    const { events, journal, onProgress } = this.options
    onProgress({ sent: this.#sent, bytes: this.#bytes })
    const [sent, failed, sentBefore] = [this.#sent, this.#failed, journal?.sentBefore ?? 0]
    const durationMs = sent > 0 ? this.#lastMs - this.#firstMs : 0
    const errors = [...this.#errors].map(([error, count]) => ({ error, count }))
    return {
      ...{ sent, failed, notSent: events - sentBefore - sent - failed - this.erased, sentBefore },
      ...(this.erased > 0 && { erased: this.erased }),
      ...{ repeated: this.#repeated, bytes: this.#bytes, durationMs },
      ratePerSecond: durationMs > 0 ? (sent / durationMs) * 1_000 : null,
      errors: errors.sort((a, b) => b.count - a.count),
    }
  }
}
