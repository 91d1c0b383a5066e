import { bytesText, countText, durationText } from './numbers.js'
import { safeText } from './safe-text.js'
import { truncated } from './width.js'

export interface ProgressState {
  /** What is done now, as `reading archive/`. The rate is counted anew when it changes. */
  readonly label: string
  readonly bytesDone: number
  /** Null where nobody can know. */
  readonly bytesTotal: number | null
  readonly records: number
  /** Null where there are no files. */
  readonly objectsDone: number | null
  readonly objectsTotal: number | null
  /** How far it is, where that is counted in something else. */
  readonly told?: string
}

export interface Progress {
  /** May be called as often as one likes; writes at most ten times a second. */
  update(state: ProgressState): void
  /** Clears the line of a terminal; elsewhere leaves the last state as the last line. */
  stop(): void
}

export interface ProgressOptions {
  readonly stream: { write(text: string): unknown; readonly columns?: number | undefined }
  /** False: whole lines, no cursor codes, at most one a second. */
  readonly isTerminal: boolean
  /** Milliseconds; only differences matter. */
  readonly now: () => number
}

/** Nothing is drawn before this: what is over at once needs no progress. */
const PATIENCE_MS = 200

/** Progress on the stream that is given, which is stderr: stdout is data. */
export function createProgress(options: ProgressOptions): Progress {
  const { stream, isTerminal, now } = options
  const everyMs = isTerminal ? 100 : 1_000
  let nextMs = isTerminal ? now() + PATIENCE_MS : now()
  let phase = { label: '', startMs: now(), startBytes: 0 }
  let latest: string | null = null
  let written: string | null = null

  const write = (text: string) => {
    const width = Math.max(20, (stream.columns ?? 80) - 1)
    stream.write(isTerminal ? `\r${truncated(text, width)}\x1b[K` : `${text}\n`)
    written = text
  }
  return {
    update(state) {
      const ms = now()
      if (state.label !== phase.label) {
        phase = { label: state.label, startMs: ms, startBytes: state.bytesDone }
      }
      latest = progressText(state, { ms: ms - phase.startMs, bytes: phase.startBytes })
      if (ms < nextMs) return
      nextMs = ms + everyMs
      write(latest)
    },
    stop() {
      if (isTerminal && written !== null) stream.write('\r\x1b[K')
      if (!isTerminal && latest !== null && latest !== written) write(latest)
      latest = null
      written = null
    },
  }
}

function progressText(state: ProgressState, since: { ms: number; bytes: number }): string {
  if (state.told !== undefined) return `${safeText(state.label)}  ${safeText(state.told)}`
  const { bytesDone, bytesTotal, records, objectsDone, objectsTotal } = state
  const rate = since.ms > 0 ? ((bytesDone - since.bytes) / since.ms) * 1_000 : 0
  const known = bytesTotal !== null && bytesTotal > 0
  const share = known ? Math.min(100, Math.floor((bytesDone * 100) / bytesTotal)) : null
  const leftMs = known && rate > 0 ? (Math.max(0, bytesTotal - bytesDone) / rate) * 1_000 : null
  const files = objectsTotal === null ? '' : ` of ${countText(objectsTotal)}`
  return [
    safeText(state.label),
    share === null ? '' : `${share}%`,
    bytesText(bytesDone) + (known ? ` of ${bytesText(bytesTotal)}` : ''),
    rate > 0 ? `${bytesText(Math.round(rate))}/s` : '',
    leftMs === null ? '' : `ETA ${secondsText(leftMs)}`,
    objectsDone === null ? '' : `${countText(objectsDone)}${files} files`,
    `${countText(records)} records`,
  ]
    .filter((part) => part !== '')
    .join('  ')
}

/** In whole seconds, as nobody knows better. */
function secondsText(ms: number): string {
  return durationText(Math.max(1_000, Math.round(ms / 1_000) * 1_000)).replace('.0 s', ' s')
}
