import type { Given, Lane } from './lane.js'
import { Mailbox } from './mailbox.js'
import type { Recorded, Recorder } from './recorder.js'

interface DriveOptions {
  /** Somebody interrupts. */
  signal: AbortSignal
  durationMs: number | null
  nowMs(): number
  onProgress(recorded: Readonly<Recorded>): void
  /** Ends the taps: what they gave and nobody acknowledged goes back to its source. */
  stop(): void
}

/**
 * Records what the lanes give until all have ended, the recorder is full, the time is over or
 * somebody interrupts; then puts the last part in place, acknowledges it, and leaves the sources.
 *
 * @returns why it ended early; undefined where it did not
 */
export async function drive(
  recorder: Recorder,
  lanes: readonly Lane[],
  options: DriveOptions,
): Promise<{ error: unknown } | undefined> {
  let failure = await recordAll(recorder, lanes, options)
  try {
    if (!failure?.isOfTarget) await recorder.commit()
  } catch (error) {
    failure ??= { error, isOfTarget: true }
  }
  await recorder.discard()
  options.stop()
  for (const lane of lanes) {
    await lane.end().catch((error) => {
      failure ??= { error, isOfTarget: false }
    })
  }
  return failure
}

interface Failure {
  error: unknown
  /** Nothing can be recorded any more. */
  isOfTarget: boolean
}

async function recordAll(
  recorder: Recorder,
  lanes: readonly Lane[],
  { signal, durationMs, nowMs, onProgress }: DriveOptions,
): Promise<Failure | undefined> {
  try {
    if (lanes.some(({ begunPlace }) => begunPlace)) await recorder.begin()
  } catch (error) {
    return { error, isOfTarget: true }
  }
  const mail = new Mailbox<Given | 'end'>()
  const end = () => mail.put('end')
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  const timer = durationMs === null ? undefined : setTimeout(end, durationMs)
  for (const lane of lanes) lane.ask(mail.put)
  try {
    for (let open = lanes.length; open > 0 && !recorder.isFull; ) {
      const due = recorder.dueMs
      const given = await mail.take(due === null ? null : due - nowMs())
      if (given === 'end') return undefined
      if (given && 'error' in given) return { error: given.error, isOfTarget: false }
      if (given && 'isOver' in given) open -= 1
      try {
        if (given && 'batch' in given) await recorder.take(given.lane, given.batch)
        if (given && 'hasPlace' in given) await recorder.begin()
        const now = recorder.dueMs
        if (now !== null && now <= nowMs()) await recorder.commit()
      } catch (error) {
        return { error, isOfTarget: true }
      }
      onProgress(recorder.recorded)
      if (given && 'batch' in given) given.lane.ask(mail.put)
    }
    return undefined
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}
