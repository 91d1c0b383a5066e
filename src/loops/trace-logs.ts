import { resourceAddress } from '../aws/address.js'
import { openLogs } from '../aws/logs.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import { timeText } from '../event/time.js'
import { lastUntil, timesOf } from './last-until.js'
import { hasWord, type LogPattern, type LogTerm, patternsOf, termsOf } from './log-terms.js'
import { type Beside, MOST_LOGS, type TracedEvent, type TracedLog } from './trace-result.js'

const MINUTE_MS = 60_000
/** Lines are looked for from a minute before the chain to a quarter of an hour after it. */
const BEFORE_MS = MINUTE_MS
const AFTER_MS = 15 * MINUTE_MS
/** Of a group; CloudWatch reads all that a group has of the time, and may answer with nothing. */
const MOST_CALLS = 500

interface Asked {
  aws: AwsOptions | undefined
  signal: AbortSignal
  /** Of one group. */
  mostCalls?: number
}

/** A line, and what it carries of what was looked for. */
interface FoundLine extends Omit<TracedLog, 'event'> {
  readonly timeMs: number
  readonly terms: Set<string>
}

/**
 * The lines of log groups that carry the id of one of these events, or of its trace: at most so
 * many as {@link MOST_LOGS}, in order of time. A group that cannot be asked is a gap, and its
 * failure is given; the others are asked all the same.
 *
 * @throws EvtError `usage` for what is no name of a group
 */
export async function logsOf(
  events: readonly TracedEvent[],
  groups: readonly string[],
  asked: Asked,
): Promise<Beside<TracedLog[]>> {
  const addresses = [...new Set(groups)].map((group) => ({ group, address: groupAddress(group) }))
  const { terms, unasked } = termsOf(events)
  const gaps = unasked.map(unaskedText)
  const timesMs = timesOf(events)
  const known = timesMs.filter((ms) => !Number.isNaN(ms))
  if (terms.size === 0 || known.length === 0) return { found: [], gaps, failure: undefined }
  const range = {
    fromMs: known.reduce((a, b) => Math.min(a, b)) - BEFORE_MS,
    toMs: known.reduce((a, b) => Math.max(a, b)) + AFTER_MS,
  }
  const lines = new Map<string, FoundLine>()
  let failure: EvtError | undefined
  for (const { group, address } of addresses) {
    const logs = await openLogs(address, { ...asked.aws, signal: asked.signal })
    const search = { group, patterns: patternsOf(terms.keys()), ...range, ...asked }
    try {
      gaps.push(...(await searched(logs, lines, search)))
    } catch (error) {
      if (!(error instanceof EvtError)) throw error
      failure ??= error
      gaps.push(error.message)
    } finally {
      logs.close()
    }
  }
  const found = [...lines.values()].sort((a, b) => a.timeMs - b.timeMs).slice(0, MOST_LOGS)
  return { found: found.flatMap((line) => placed(line, terms, timesMs)), gaps, failure }
}

interface Search extends Pick<Asked, 'mostCalls'> {
  readonly group: string
  readonly patterns: readonly LogPattern[]
  readonly fromMs: number
  readonly toMs: number
}

/** Adds the lines of a group; what it returns was left out. */
async function searched(
  logs: Awaited<ReturnType<typeof openLogs>>,
  lines: Map<string, FoundLine>,
  { group, patterns, fromMs, toMs, mostCalls = MOST_CALLS }: Search,
): Promise<string[]> {
  let calls = 0
  for (const { text, terms } of patterns) {
    let nextToken: string | undefined
    do {
      if (lines.size >= MOST_LOGS) {
        return [`there may be more lines than ${MOST_LOGS} in ${group}, where the search stopped`]
      }
      if (calls === mostCalls) {
        return [`the search in ${group} stopped after ${mostCalls} calls, before its end`]
      }
      calls += 1
      const page = await logs.page({ fromMs, toMs, pattern: text, nextToken })
      for (const event of page.events) {
        const { logStreamName: stream = '', timestamp: timeMs = 0, message = '' } = event
        const named = terms.filter((term) => hasWord(message, term))
        if (named.length === 0) continue
        const key = JSON.stringify([group, event.eventId ?? [stream, timeMs, message]])
        const line = lines.get(key)
        for (const term of named) line?.terms.add(term)
        if (line) continue
        const told = { time: timeText(timeMs * 1_000), group, stream, message: message.trimEnd() }
        lines.set(key, { ...told, timeMs, terms: new Set(named) })
      }
      nextToken = page.nextToken
    } while (nextToken !== undefined)
  }
  return []
}

function groupAddress(group: string) {
  const found = resourceAddress(group) ?? resourceAddress(`logs://${group}`)
  if (found?.service === 'logs') return found
  throw new EvtError(`--logs ${group} names no log group`, {
    code: 'usage',
    hint: 'write the name of a group of CloudWatch Logs, such as /aws/lambda/billing, or its ARN',
  })
}

function unaskedText(id: string): string {
  return `log lines that carry the id ${id.slice(0, 100)} may be missing: no pattern can have it`
}

/** Beside the event whose id stands in the line; else the last of its trace until then. */
function placed(
  { timeMs, terms: named, ...line }: FoundLine,
  terms: ReadonlyMap<string, LogTerm>,
  timesMs: readonly number[],
): TracedLog[] {
  const all = [...named].flatMap((term) => terms.get(term) ?? [])
  const ids = all.flatMap((term) => term.ids)
  const places = ids.length > 0 ? ids : all.flatMap(({ traces }) => traces)
  const event = lastUntil(places, timesMs, timeMs)
  return event === undefined ? [] : [{ event, ...line }]
}
