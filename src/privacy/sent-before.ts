import { EvtError } from '../errors.js'
import type { OpenSink } from '../sinks/sink.js'
import { openFiles, textIn } from './bundle-files.js'
import { MANIFEST } from './bundle-writer.js'
import type { Journal } from './journal.js'
import type { RectificationManifest, Sealed } from './manifest.js'
import { manifestIn } from './read-manifest.js'
import { sha256 } from './seals.js'
import { type OneEvent, type SentEvent, sendOne } from './send-one.js'

/** What a journal calls a correction. */
const CORRECTION = 'correction'

/**
 * How a correction was sent by an earlier run, which came no further.
 *
 * @throws EvtError `usage` where that was another one
 */
export function sentBefore(
  journal: Journal,
  { body, notify, to }: { body: string; notify: string; to: string },
): SentEvent | undefined {
  const step = journal.stepOf(CORRECTION)
  if (!step?.notified) return undefined
  const { to: where, identifiers: _, ...sent } = step.notified
  if (step.sha256 === sha256(body) && where === notify) return sent
  const what = where === notify ? 'another event was' : 'the event was'
  throw new EvtError(`${what} sent to ${sent.target} already, and has no evidence yet`, {
    code: 'usage',
    hint: `the line that sent it writes its evidence to ${to}; for another event name another --to`,
  })
}

/** Sends a correction, and writes down that it was. */
export async function sendNoted(
  sink: OpenSink,
  event: OneEvent,
  { journal, notify, signal }: { journal: Journal; notify: string; signal: AbortSignal },
): Promise<SentEvent> {
  const sent = await sendOne(sink, event, signal)
  const notified = { ...sent, to: notify, identifiers: 'plain' as const }
  const bytes = Buffer.byteLength(event.body)
  await journal.add({ file: CORRECTION, state: 'notified', bytes, sha256: sent.sha256, notified })
  return sent
}

/** The bundle that says that this was sent, where it is there already. */
export async function bundleOf(
  folder: string,
  { sha256: hash }: SentEvent,
): Promise<Sealed<RectificationManifest> | undefined> {
  try {
    const files = await openFiles(folder, folder)
    const text = await textIn(files, MANIFEST).finally(() => files.close())
    const whole = manifestIn(text)?.whole
    return whole?.right === 'rectification' && whole.sent.sha256 === hash ? whole : undefined
  } catch {
    return undefined
  }
}
