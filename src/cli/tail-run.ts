import { once } from 'node:events'
import type { EvtError } from '../errors.js'
import { parsePath } from '../event/json-path.js'
import type { TypedPattern } from '../event/pattern.js'
import { endedBadly } from '../reading/ended-badly.js'
import { openTail, type TailRequest } from '../tail/run.js'
import type { Consent } from '../taps/tap.js'
import type { EventField } from '../ui/event-fields.js'
import { safeText } from '../ui/safe-text.js'
import type { TextStyle } from '../ui/style.js'
import { type TailFormat, tailPieces } from '../ui/tail-output.js'
import { textStyle } from '../ui/terminal.js'
import { outputClosing } from './closed-output.js'
import { wantsColor } from './color.js'
import { awsOptions, type ColorMode } from './flags.js'
import { lagInstead } from './lag-instead.js'
import { chosenOf } from './query-flags.js'
import type { TypedArchive } from './read-request.js'
import { fanOutOf, startOf } from './tail-flags.js'
import { timeRange } from './time.js'

interface TailFlagValues {
  type?: readonly string[] | undefined
  entity?: readonly string[] | undefined
  key?: readonly string[] | undefined
  filter?: TypedPattern | undefined
  grep?: RegExp | undefined
  fields?: readonly EventField[] | undefined
  from?: string | undefined
  follow?: boolean | undefined
  limit?: number | undefined
  duration?: number | undefined
  redact?: readonly string[] | undefined
  intrusive?: readonly Consent[] | undefined
  consume?: boolean | undefined
  resume?: string | undefined
  'fan-out'?: boolean | undefined
  consumer?: string | undefined
  'live-tail'?: boolean | undefined
  notifications?: string | undefined
  color: ColorMode
  'allow-partial': boolean
}

export interface TypedTail extends Omit<TypedArchive, 'flags' | 'version'> {
  flags: Omit<TypedArchive['flags'], 'progress'> & TailFlagValues
}

/** Prints what is tapped as it comes.
 * @returns why it does not end well although all was printed */
export async function printTail(
  typed: TypedTail,
  format: TailFormat,
  style: TextStyle,
): Promise<EvtError | undefined> {
  const { flags } = typed
  const closing = outputClosing()
  const signal = AbortSignal.any([typed.signal, closing])
  const note = (text: string) => {
    if (!flags.quiet) process.stderr.write(`${safeText(text)}\n`)
  }
  const tail = await openTail(requestOf({ ...typed, signal }, note))
  if (format === 'text') {
    for (const { address, safety } of tail.sources) note(`${safety}  ${address}`)
  }
  // What was being read when the reader went away is nobody's concern.
  const noteOfData = (text: string) => {
    if (!closing.aborted) note(text)
  }
  const options = {
    fields: flags.fields,
    nowMs: Date.now(),
    signal: typed.signal,
    note: noteOfData,
  }
  try {
    for await (const piece of tailPieces(tail, format, style, options)) {
      // What could not be written was not shown, and must not be taken for it.
      if (flags.resume !== undefined) {
        if (!(await isWritten(piece))) break
      } else if (!process.stdout.write(piece)) await taken(signal)
      if (closing.aborted) break
    }
  } catch (error) {
    // Errors under JSON are JSON, and nothing else.
    if (format === 'text' && !flags.quiet) await showLag(error, { ...typed, signal }, style)
    throw error
  }
  if (closing.aborted) return undefined
  const allowPartial = flags['allow-partial']
  const never = new AbortController().signal
  const { faults } = tail
  return endedBadly({ records: 0, objectFaults: faults, signal: never, allowPartial })
}

async function showLag(error: unknown, typed: TypedTail, { timeZone }: TextStyle): Promise<void> {
  const { flags, lineWith, signal } = typed
  const { stderr, env } = process
  const color = wantsColor(flags.color, stderr, env)
  const style = textStyle({ stream: stderr, env, color, timeZone })
  const asked = {
    ...{ config: flags.config, aws: awsOptions(flags), signal, lineWith, choose: undefined },
    ...{ cwd: process.cwd(), env },
  }
  const lag = await lagInstead(error, asked, style)
  if (lag !== undefined) stderr.write(`\n${lag}\n`)
}

/** Until what was written has been taken. Who interrupts does not wait for a reader that sleeps. */
async function taken(signal: AbortSignal): Promise<void> {
  await once(process.stdout, 'drain', { signal }).catch(() => undefined)
}

/** Waits until the system has it; whether it does. */
function isWritten(piece: string): Promise<boolean> {
  return new Promise((resolve) => process.stdout.write(piece, (error) => resolve(!error)))
}

/** What was typed, as what is to be tapped. */
export function requestOf(typed: TypedTail, onNote: (text: string) => void): TailRequest {
  const { flags, given, choose, lineWith, signal } = typed
  const nowMs = Date.now()
  const { from, since } = flags
  const asked = from === undefined ? undefined : startOf(from, nowMs)
  return {
    ...{ given, choose, lineWith, signal, onNote },
    ...{ maps: flags.map ?? [], config: flags.config, follow: flags.follow },
    presets: flags.preset === undefined ? undefined : [flags.preset],
    schemaRegistry: flags['schema-registry'],
    followClaims: flags['follow-claims'],
    aws: awsOptions(flags),
    consents: new Set<Consent>([
      ...(flags.intrusive ?? []),
      ...(flags.consume ? ['consume' as const] : []),
    ]),
    ...{ fanOut: fanOutOf(flags), liveTail: flags['live-tail'] },
    notifications: flags.notifications,
    filter: flags.filter,
    chosen: { ...chosenOf(flags), ...timeRange(flags, nowMs) },
    grep: flags.grep,
    start: asked ?? (since === undefined ? undefined : 'beginning'),
    resume: flags.resume,
    limit: flags.limit ?? null,
    durationMs: flags.duration ?? null,
    redact: (flags.redact ?? []).map(parsePath),
    stdin: process.stdin,
    nowMs: Date.now,
    cwd: process.cwd(),
    env: process.env,
  }
}
