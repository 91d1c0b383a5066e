import { openSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import type { EvtError } from '../errors.js'
import { endedBadly } from '../reading/ended-badly.js'
import type { Noted } from '../screen/run.js'
import { openTail } from '../tail/run.js'
import { countText, durationText } from '../ui/numbers.js'
import type { TextStyle } from '../ui/style.js'
import { memoryMs } from './live-flags.js'
import { requestOf, type TypedTail } from './tail-run.js'

export interface TypedScreen extends TypedTail {
  flags: TypedTail['flags'] & { 'dedupe-window': string }
}

/**
 * Shows what is tapped on a screen until a person quits, and says what it was on one line.
 *
 * @returns why it does not end well
 */
export async function showScreen(
  typed: TypedScreen,
  style: TextStyle,
): Promise<EvtError | undefined> {
  const { flags, signal } = typed
  const quit = new AbortController()
  const both = AbortSignal.any([signal, quit.signal])
  const noted: Noted = { say: () => {} }
  const request = requestOf({ ...typed, signal: both }, (text) => noted.say(text))
  const tail = await openTail(request)
  // React tells developers more, and slowly.
  process.env['NODE_ENV'] ||= 'production'
  const { runScreen } = await import('../screen/run.js')
  const keys = keyboard()
  const counts = await runScreen(tail, noted, {
    ...{ look: style, stdout: process.stdout, keys, memoryMs: memoryMs(flags['dedupe-window']) },
    ...{ signal: both, nowMs: Date.now },
    isOverAtEnd: flags.duration !== undefined || flags.limit !== undefined,
    onQuit: () => quit.abort(),
    onInterrupt: () => process.kill(process.pid, 'SIGINT'),
  }).finally(() => {
    if (keys !== process.stdin) keys.destroy()
  })
  process.stdout.write(`${summaryText(counts)}\n`)
  const never = new AbortController().signal
  const allowPartial = flags['allow-partial']
  return endedBadly({ records: 0, objectFaults: tail.faults, signal: never, allowPartial })
}

/** Where events come through standard input, keys come from the terminal itself. */
function keyboard(): ReadStream {
  return process.stdin.isTTY ? process.stdin : new ReadStream(openSync('/dev/tty', 'r'))
}

function summaryText(counts: Awaited<ReturnType<typeof import('../screen/run.js').runScreen>>) {
  const { events, duplicates, reordered, skewed, undecodable, p50, p99 } = counts
  const some = (count: number, what: string) => (count === 0 ? [] : [`${countText(count)} ${what}`])
  return [
    `${countText(events)} ${events === 1 ? 'event' : 'events'}`,
    ...some(duplicates, 'delivered again'),
    ...some(reordered, 'out of order'),
    ...some(skewed, 'before their time'),
    ...some(undecodable, 'undecodable'),
    ...(p50 === null ? [] : [`p50 ${durationText(p50)}`]),
    ...(p99 === null ? [] : [`p99 ${durationText(p99)}`]),
  ].join(', ')
}
