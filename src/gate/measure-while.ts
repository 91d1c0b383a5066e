import { EvtError } from '../errors.js'
import { type LiveRequest, runLive } from '../live/run.js'
import type { LiveLoops } from '../loops/live-loops.js'
import { durationText } from '../stats/findings/phrases.js'
import { type RunningCommand, startCommand } from './command.js'
import { type GateRun, gateRunOf } from './measure.js'

export interface WhileRequest {
  /** What is measured; how long is said below. */
  live: LiveRequest
  /** Of the shell. */
  command: string
  /** It is quiet where nothing came for so long. */
  settleMs: number
  /** The command has so long to end, and it has so long to get quiet; null: as long as it takes. */
  durationMs: number | null
  /** Of what comes, where a rule is about them. */
  loops: LiveLoops | undefined
  nowMs(): number
}

/** Where others write too it never gets quiet. */
const MOST_SETTLES = 12

/**
 * Measures what comes while a command runs: the taps are ready before it starts, and go on after it
 * ended until it is quiet.
 */
export async function measuredWhile(request: WhileRequest): Promise<GateRun> {
  const watch = new Watch(request)
  const { live, loops, nowMs } = request
  try {
    const run = await runLive({
      ...live,
      durationMs: null,
      stop: watch.stop,
      onReady: () => watch.begin(),
      onItems: (items) => {
        loops?.observe(items, nowMs())
        watch.came()
      },
    })
    const failure = await watch.ended()
    return withFailure(gateRunOf(run, nowMs(), loops), failure)
  } finally {
    await watch.close()
  }
}

/** Nothing passes that was measured beside a command that failed. */
function withFailure(run: GateRun, failure: EvtError | undefined): GateRun {
  if (!failure || run.failure?.code === 'interrupted') return run
  return { ...run, failure, doubts: [...run.doubts, failure.message] }
}

/** The command, and when what it does has been measured. */
class Watch {
  readonly #stop = new AbortController()
  #command: RunningCommand | undefined
  #failure: EvtError | undefined
  #deadline: NodeJS.Timeout | undefined
  #settling: NodeJS.Timeout | undefined
  #quietAt = 0
  #isTooLong = false
  #over: Promise<void> | undefined

  constructor(private readonly request: WhileRequest) {}

  get stop(): AbortSignal {
    return this.#stop.signal
  }

  begin(): void {
    const { command, live, durationMs } = this.request
    const { signal, cwd, env } = live
    if (signal.aborted) return
    this.#command = startCommand(command, { cwd, env })
    if (durationMs !== null) this.#deadline = setTimeout(() => this.#tooLong(), durationMs)
    signal.addEventListener('abort', this.#interrupted)
    this.#over = this.#command.end.then((failure) => {
      this.#failure ??= failure
      // What a command did that failed is told all the same, but for one that did nothing.
      if (this.#failure?.code === 'usage' || this.#isTooLong) this.#stop.abort()
      else this.#settle()
    })
  }

  /** Something came. */
  came(): void {
    this.#quietAt = performance.now() + this.request.settleMs
  }

  /** Waits for the command, where what is tapped ended before it.
   * @returns how it ended, undefined for well */
  async ended(): Promise<EvtError | undefined> {
    await this.#over
    return this.#failure
  }

  async close(): Promise<void> {
    this.request.live.signal.removeEventListener('abort', this.#interrupted)
    await this.#command?.stop()
    await this.#over
    clearTimeout(this.#deadline)
    clearTimeout(this.#settling)
  }

  readonly #interrupted = () => void this.#command?.stop()

  #tooLong(): void {
    const { command, durationMs } = this.request
    const within = durationText(durationMs ?? 0)
    this.#isTooLong = true
    const message = `--while ${command}: the command did not end within ${within}, and was ended`
    this.#failure = new EvtError(message, { code: 'outside', hint: '--duration gives it longer' })
    void this.#command?.stop()
  }

  /** The command is over. */
  #settle(): void {
    clearTimeout(this.#deadline)
    const { settleMs, durationMs, live } = this.request
    const mostMs = Math.min(durationMs ?? Number.POSITIVE_INFINITY, settleMs * MOST_SETTLES)
    const lastAt = performance.now() + mostMs
    this.came()
    const look = () => {
      const atMs = performance.now()
      if (atMs >= this.#quietAt) return this.#stop.abort()
      if (atMs >= lastAt) {
        live.onNote(
          `it was not quiet ${durationText(mostMs)} after the command: measured until then`,
        )
        return this.#stop.abort()
      }
      this.#settling = setTimeout(look, Math.min(this.#quietAt, lastAt) - atMs)
    }
    look()
  }
}
