import { EvtError } from '../errors.js'
import type { Versus } from '../stats/diff/run.js'
import { parseDurationMs, type TimeRange, timeRange } from './time.js'

interface TimeFlags {
  readonly since?: string | undefined
  readonly until?: string | undefined
}

/**
 * What `--versus` says: another SOURCE, or for a duration the time of that length that ends where
 * the selection begins. The selection then has two ends: without `--until` it ends now.
 *
 * @throws EvtError `usage` for a duration without `--since`, or one that leads nowhere
 */
export function versusOf(
  text: string,
  flags: TimeFlags,
  nowMs: number,
): { versus: Versus; range?: TimeRange } {
  const lengthMs = parseDurationMs(text)
  if (lengthMs === undefined) return { versus: { given: [text] } }
  const { sinceUs, untilUs } = timeRange(flags, nowMs)
  if (sinceUs === null) {
    throw new EvtError(`--versus ${text} needs --since: it is the time before that`, {
      code: 'usage',
      hint: `write --since 15m --versus ${text}; a SOURCE of that name is ./${text}`,
    })
  }
  const fromUs = sinceUs - Math.round(lengthMs * 1_000)
  if (fromUs >= sinceUs || !Number.isSafeInteger(fromUs)) {
    throw new EvtError(`--versus ${text} is no length of time to compare with`, {
      code: 'usage',
      hint: 'write 1h, 24h or 7d',
    })
  }
  const range = { sinceUs, untilUs: untilUs ?? nowMs * 1_000 }
  if (sinceUs >= range.untilUs) {
    const message = `--since ${flags.since} is still to come: there is nothing to compare`
    throw new EvtError(message, { code: 'usage' })
  }
  return { versus: { range: { sinceUs: fromUs, untilUs: sinceUs } }, range }
}
