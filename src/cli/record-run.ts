import { EvtError } from '../errors.js'
import { withhold } from '../privacy/withhold.js'
import { endedBadly } from '../reading/ended-badly.js'
import { type RecordRequest, type RecordRun, runRecord } from '../record/run.js'
import type { Format } from '../record/store.js'
import type { Consent } from '../taps/tap.js'
import { recordProgress } from '../ui/record-text.js'
import { safeText } from '../ui/safe-text.js'
import { awsOptions } from './flags.js'
import { progressFor } from './progress.js'
import { startOf } from './tail-flags.js'

interface RecordFlagValues {
  to: string
  format?: Format | undefined
  'roll-size': number
  'roll-every': number
  from?: string | undefined
  follow?: boolean | undefined
  intrusive?: readonly Consent[] | undefined
  consume?: boolean | undefined
  notifications?: string | undefined
  limit?: number | undefined
  duration?: number | undefined
  config?: string | undefined
  profile?: string | undefined
  region?: string | undefined
  'endpoint-url'?: string | undefined
  'allow-partial': boolean
  quiet: boolean
  progress: boolean
}

interface TypedRecord extends Pick<RecordRequest, 'given' | 'choose' | 'lineWith' | 'signal'> {
  flags: RecordFlagValues
}

/** Records what was asked for. @returns what was recorded, and why that does not end well */
export async function recordTyped(
  typed: TypedRecord,
): Promise<{ run: RecordRun; failure: unknown }> {
  const { flags, signal } = typed
  const progress = await progressFor(flags)
  try {
    const run = await runRecord(
      requestOf(typed, (recorded) => progress.update(recordProgress(flags.to, recorded))),
    )
    return { run, failure: run.failure?.error ?? badEnd(run, signal, flags['allow-partial']) }
  } finally {
    progress.stop()
  }
}

function badEnd(run: RecordRun, signal: AbortSignal, allowPartial: boolean): EvtError | undefined {
  if (signal.aborted) return undefined
  const objectFaults = run.faults
  return endedBadly({ records: run.recorded.records, objectFaults, signal, allowPartial })
}

function beginningOf(from: string): RecordRequest['start'] {
  const start = startOf(from, Date.now())
  if (typeof start !== 'object' || !('sequence' in start)) return start
  throw new EvtError(`--from: a recording does not begin at a sequence number: ${from}`, {
    code: 'usage',
    hint: 'it begins at the beginning, latest, or at a time',
  })
}

function requestOf(
  { flags, ...typed }: TypedRecord,
  onProgress: RecordRequest['onProgress'],
): RecordRequest {
  const note = (text: string) => {
    if (!flags.quiet) process.stderr.write(`${safeText(text)}\n`)
  }
  return {
    ...typed,
    ...{ to: flags.to, config: flags.config, aws: awsOptions(flags), onNote: note, onProgress },
    withhold,
    start: flags.from === undefined ? undefined : beginningOf(flags.from),
    follow: flags.follow,
    notifications: flags.notifications,
    consents: new Set<Consent>([
      ...(flags.intrusive ?? []),
      ...(flags.consume ? ['consume' as const] : []),
    ]),
    ...{ format: flags.format, rollBytes: flags['roll-size'], rollMs: flags['roll-every'] },
    ...{ limit: flags.limit ?? null, durationMs: flags.duration ?? null },
    ...{ stdin: process.stdin, cwd: process.cwd(), env: process.env, nowMs: Date.now },
    onOpen: (sources) => {
      for (const { address, safety } of sources) note(`${safety}  ${address}`)
    },
  }
}
