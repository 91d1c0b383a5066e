import { liveLoopsFor } from '../gate/asked-beside.js'
import { measuredWatch } from '../gate/measure-watch.js'
import { measuredWhile } from '../gate/measure-while.js'
import { type CheckRequest, type CheckRun, type Measurement, runLiveCheck } from '../gate/run.js'
import type { LiveRequest } from '../live/run.js'
import { safeText } from '../ui/safe-text.js'
import type { TypedCheck } from './check-run.js'
import { memoryMs } from './live-flags.js'
import { requestOf } from './tail-run.js'
import { nowOf } from './time.js'

const SETTLE_MS = 10_000
const LOOK_MS = 30_000
const WATCH_MS = 600_000

/** Judges what comes: while a command runs, or until the verdict is certain. */
export async function checkingLive(typed: TypedCheck, asked: CheckRequest): Promise<CheckRun> {
  const { flags } = typed
  const nowMs = () => nowOf(asked.env)
  return runLiveCheck(asked, async (measurement) => {
    const live = liveRequest(typed, measurement)
    const command = flags.while
    const durationMs = flags.duration ?? null
    const { rules, baseline } = measurement
    const loops = await liveLoopsFor(rules, memoryMs(flags['dedupe-window']))
    if (command !== undefined) {
      const settleMs = flags.settle ?? SETTLE_MS
      return measuredWhile({ live, command, settleMs, durationMs, loops, nowMs })
    }
    return measuredWatch({
      live: { ...live, durationMs: durationMs ?? WATCH_MS },
      ...{ everyMs: flags.window ?? LOOK_MS, rules, baseline, loops, nowMs },
    })
  })
}

function liveRequest(typed: TypedCheck, { sources, windowUs }: Measurement): LiveRequest {
  const { flags } = typed
  const note = (text: string) => {
    if (!flags.quiet) process.stderr.write(`${safeText(text)}\n`)
  }
  const memory = flags['dedupe-window']
  const request = requestOf({ ...typed, flags: { ...flags, 'allow-partial': false } }, note)
  return {
    ...request,
    given: sources,
    start: flags.from === undefined ? 'latest' : request.start,
    follow: true,
    measure: { by: 'type', windowUs, spread: true, memoryMs: memoryMs(memory) },
    memory,
    allowPartial: false,
    onOpen: (tapped) => {
      for (const { address, safety } of tapped) note(`${safety}  ${address}`)
    },
  }
}
