import { EvtError } from '../errors.js'
import { type LiveRequest, runLive } from '../live/run.js'
import type { StatsRun } from '../stats/run.js'
import { safeText } from '../ui/safe-text.js'
import { memoryMs } from './live-flags.js'
import { type StatsFlagValues, statsChoices } from './stats-flags.js'
import { requestOf, type TypedTail } from './tail-run.js'

export interface TypedLive extends TypedTail {
  flags: TypedTail['flags'] & StatsFlagValues & { 'dedupe-window': string }
}

/** Flags of evt stats that need an archive, which can be read again. */
const ofArchives = ['sample', 'content', 'hlog', 'hgrm', 'unit', 'versus'] as const

/** Measures what is tapped, until the time is over, the source ends or somebody interrupts. */
export async function measureLive(typed: TypedLive): Promise<StatsRun> {
  const { flags } = typed
  const given: Readonly<Record<string, unknown>> = { ...flags }
  const wrong = ofArchives.find((flag) => given[flag] !== undefined)
  if (wrong) {
    throw new EvtError(`--${wrong} needs an archive, not what comes live`, {
      code: 'usage',
      hint: 'record it first, or leave out --duration, --follow and --from',
    })
  }
  return runLive(requestFor(typed))
}

function requestFor(typed: TypedLive): LiveRequest {
  const { flags } = typed
  const note = (text: string) => {
    if (!flags.quiet) process.stderr.write(`${safeText(text)}\n`)
  }
  const request = requestOf(typed, note)
  const { by, windowUs, hops } = statsChoices(flags)
  const memory = flags['dedupe-window']
  const usual = flags.follow === false ? 'beginning' : 'latest'
  return {
    ...request,
    start: request.start ?? usual,
    measure: { by, windowUs, hops, memoryMs: memoryMs(memory) },
    memory,
    allowPartial: flags['allow-partial'],
    onOpen: (sources) => {
      for (const { address, safety } of sources) note(`${safety}  ${address}`)
    },
  }
}
