import { setTimeout } from 'node:timers/promises'
import { type BusArchives, type BusReplay, openArchives } from '../aws/bus-archives.js'
import { isRefused, ofSdk } from '../aws/failure.js'
import { EvtError } from '../errors.js'
import { patiently } from '../taps/patiently.js'
import { type ArchiveReplayRequest, archivePlan } from './archive-plan.js'
import type { ArchiveReplayResult } from './archive-result.js'

const LOOK_EACH_MS = 2_000
/** How long what is under way may take after evt was told to end. */
const LATE_MS = 30_000

interface ArchiveReplayRun {
  readonly result: ArchiveReplayResult
  /** Why it does not end well although there is a plan. */
  readonly failure: unknown
}

interface Hooks {
  /** Called with the plan before anything is replayed; false: nothing is to be. */
  agree(plan: ArchiveReplayResult): Promise<boolean>
  /** How much of the time was replayed, from 0 to 1. */
  onProgress(part: number): void
  onNote(text: string): void
  /** How long to wait before looking again; as usual if unsaid. */
  readonly lookEachMs?: number
}

/**
 * Has EventBridge replay what an archive holds to rules of its bus, and follows it. When the signal
 * aborts, the replay is cancelled, and followed to its end.
 *
 * @throws EvtError where there is no plan: no archive, no rule, nobody who would get something
 */
export async function runArchiveReplay(
  request: ArchiveReplayRequest,
  hooks: Hooks,
): Promise<ArchiveReplayRun> {
  const { aws, archive, signal } = request
  const late = new AbortController()
  const leave = () => void setTimeout(LATE_MS, undefined, { ref: false }).then(() => late.abort())
  signal.addEventListener('abort', leave)
  const region = aws.region ?? archive.region
  const archives = await openArchives({ ...aws, region, signal: late.signal })
  try {
    const found = await archives.archive(archive.name)
    const plan = await archivePlan(found, request)
    if (!(await hooks.agree(plan))) return { result: plan, failure: undefined }
    const { name, rules, since, until } = plan
    const window = { fromMs: Date.parse(since), toMs: Date.parse(until) }
    const replay = { name, archive: found, rules: rules.map(({ arn }) => arn), ...window }
    await archives.start(replay).catch((error: unknown) => {
      // A call whose answer is lost is made again, and refused as its replay is there by then. Of
      // a name that somebody gave it may be another.
      if (request.name !== undefined || isRefused(error) || !isThere(error)) throw error
    })
    const last = await followed(archives, plan, { signal, late: late.signal, ...hooks })
    const result = { ...plan, replay: told(last) }
    return { result, failure: failureOf(last, plan, signal) }
  } finally {
    signal.removeEventListener('abort', leave)
    archives.close()
  }
}

function isThere(failure: unknown): boolean {
  const error = ofSdk(failure)
  return error instanceof Error && error.name === 'ResourceAlreadyExistsException'
}

interface Following extends Hooks {
  readonly signal: AbortSignal
  readonly late: AbortSignal
}

async function followed(
  archives: BusArchives,
  { name, since, until }: ArchiveReplayResult,
  { signal, late, onProgress, onNote, lookEachMs = LOOK_EACH_MS }: Following,
): Promise<BusReplay> {
  const [fromMs, toMs] = [Date.parse(since), Date.parse(until)]
  let cancelling: Promise<unknown> | undefined
  for (;;) {
    // What has ended meanwhile cannot be cancelled, which its state says.
    if (signal.aborted) cancelling ??= archives.cancel(name).catch((error: unknown) => error)
    await cancelling
    const look = () => archives.replay(name)
    const replay = await patiently(look, 'EventBridge', { signal: late, onNote })
    if (replay === undefined) {
      throw new EvtError(`interrupted, and nobody knows whether the replay ${name} goes on`, {
        ...{ code: 'interrupted', hint: `aws events describe-replay --replay-name ${name}` },
      })
    }
    if (replay.lastMs !== null) onProgress((replay.lastMs - fromMs) / (toMs - fromMs))
    if (!/ING$/.test(replay.state)) return replay
    const wait = signal.aborted ? {} : { signal }
    await setTimeout(lookEachMs, undefined, wait).catch(() => undefined)
  }
}

function told({ state, reason, lastMs, startedMs, endedMs }: BusReplay) {
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
  const at = { lastEventAt: iso(lastMs), startedAt: iso(startedMs), endedAt: iso(endedMs) }
  return { state, reason, ...at }
}

function failureOf(
  { state, reason, lastMs }: BusReplay,
  { name, since }: ArchiveReplayResult,
  signal: AbortSignal,
): EvtError | undefined {
  const reached = lastMs === null ? since : new Date(lastMs).toISOString()
  // What is of the minute that it ended in may have been replayed, in part.
  const hint = `--since ${reached} replays the rest, some of it a second time`
  if (state === 'FAILED') {
    const why = reason === null ? '' : ` (${reason})`
    return new EvtError(`the replay ${name} failed${why}`, { code: 'outside', hint })
  }
  if (state !== 'CANCELLED') return undefined
  const who = signal.aborted ? 'interrupted' : 'somebody cancelled it'
  const code = signal.aborted ? 'interrupted' : 'outside'
  return new EvtError(`${who}: the replay ${name} is cancelled`, { code, hint })
}
