import { EvtError } from '../errors.js'
import { runRecord } from '../record/run.js'
import type { Consent } from '../taps/tap.js'
import type { FoundQueue } from './queue.js'
import type { DlqRequest } from './request.js'
import type { DlqResult, Parked } from './result.js'

/** Parts of a recording, in bytes as they are stored and in time. */
const roll = { rollBytes: 64_000_000, rollMs: 5_000 }
/** What is given back comes again: more is not waited for. */
const MOST_MS = 300_000

/** Records the messages that were seen, so that `evt replay` reads them. What is deleted is on the
 * disk before. */
export async function park(
  { source, nature }: FoundQueue,
  request: DlqRequest & { readonly to: string },
  { seen, ended }: Pick<DlqResult, 'seen' | 'ended'>,
): Promise<{ parked: Parked; failure: unknown }> {
  const { to, isDeleting, signal, aws, config, cwd, env, onNote, nowMs, withhold } = request
  const consents: Consent[] = [
    'intrusive',
    ...(nature.isFifo ? ['fifo' as const] : []),
    ...(isDeleting ? ['consume' as const] : []),
  ]
  const run = await runRecord({
    ...{ given: [source], to, signal, aws, config, cwd, env, onNote, nowMs, ...roll },
    ...{ start: undefined, follow: false, consents: new Set(consents), format: undefined },
    withhold,
    limit: isDeleting && ended === null ? null : seen,
    durationMs: isDeleting ? null : MOST_MS,
    ...{ stdin: process.stdin, onOpen: () => {}, onProgress: () => {} },
  })
  const { records, bytes } = run.recorded
  const failure = run.failure?.error ?? unparked(run, request, seen)
  const deleted = isDeleting && run.failure === undefined && run.untaken === 0
  return { parked: { to, records, bytes, deleted }, failure }
}

function unparked(
  { recorded, untaken, faults }: Awaited<ReturnType<typeof runRecord>>,
  { signal, to }: DlqRequest & { readonly to: string },
  seen: number,
): EvtError | undefined {
  const [fault] = faults
  const hint = 'the same line goes on; what is in the recording stays there'
  if (signal.aborted) return new EvtError('interrupted', { code: 'interrupted', hint })
  if (fault) return new EvtError(`${fault.path} ${fault.fault.detail}`, { code: 'outside', hint })
  if (untaken > 0) {
    const told = `${untaken} of the messages that were recorded could not be deleted`
    return new EvtError(told, { code: 'outside', hint })
  }
  const left = seen - recorded.records - recorded.repeated - recorded.erased
  if (left <= 0) return undefined
  const message = `${left} of ${seen} messages did not come again, and are not in ${to}`
  return new EvtError(message, { code: 'outside', hint })
}
