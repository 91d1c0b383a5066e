import { resourceAddress } from '../aws/address.js'
import { openLogs } from '../aws/logs.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import { timeText } from '../event/time.js'
import { rootOf } from './lineage.js'
import { MOST_LOGS, type TracedEvent, type TracedLog } from './trace-result.js'

const MINUTE_MS = 60_000
/** Lines are looked for from a minute before the chain to a quarter of an hour after it. */
const BEFORE_MS = MINUTE_MS
const AFTER_MS = 15 * MINUTE_MS
/** CloudWatch takes patterns of 1,024 characters. */
const LONGEST_PATTERN = 1_024

interface Asked {
  aws: AwsOptions | undefined
  signal: AbortSignal
}

/**
 * The lines of log groups that carry the id of one of these events, or of its trace: at most so
 * many as {@link MOST_LOGS}, in order of time.
 *
 * @throws EvtError that says what failed
 */
export async function logsOf(
  events: readonly TracedEvent[],
  groups: readonly string[],
  asked: Asked,
): Promise<TracedLog[]> {
  const owners = ownersOf(events)
  const times = events.flatMap(({ time }) => (time === null ? [] : Date.parse(time)))
  if (owners.size === 0 || times.length === 0) return []
  const fromMs = times.reduce((a, b) => Math.min(a, b)) - BEFORE_MS
  const toMs = times.reduce((a, b) => Math.max(a, b)) + AFTER_MS
  const found = new Map<string, TracedLog>()
  for (const group of groups) {
    const logs = await openLogs(groupAddress(group), { ...asked.aws, signal: asked.signal })
    try {
      for (const pattern of patternsOf([...owners.keys()])) {
        let nextToken: string | undefined
        do {
          const page = await logs.page({ fromMs, toMs, pattern, nextToken })
          for (const { eventId, logStreamName = '', timestamp = 0, message = '' } of page.events) {
            const event = ownerOf(message, timestamp, { owners, events })
            if (event === undefined) continue
            const line = { event, time: timeText(timestamp * 1_000), group, stream: logStreamName }
            found.set(`${group} ${eventId}`, { ...line, message: message.trimEnd() })
          }
          nextToken = page.nextToken
        } while (nextToken !== undefined && found.size < MOST_LOGS)
      }
    } finally {
      logs.close()
    }
  }
  const lines = [...found.values()].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  return lines.slice(0, MOST_LOGS)
}

function groupAddress(group: string) {
  const found = resourceAddress(group) ?? resourceAddress(`logs://${group}`)
  if (found?.service === 'logs') return found
  throw new EvtError(`--logs ${group} names no log group`, {
    code: 'usage',
    hint: 'write the name of a group of CloudWatch Logs, such as /aws/lambda/billing, or its ARN',
  })
}

/** By what a line may carry, the events that it is of. */
function ownersOf(events: readonly TracedEvent[]): Map<string, number[]> {
  const owners = new Map<string, number[]>()
  for (const [at, { id, traceId }] of events.entries()) {
    for (const term of [id, rootOf(traceId)]) {
      // Quotes end a term of the pattern.
      if (term === null || term === '' || /["\\]/.test(term)) continue
      owners.set(term, [...(owners.get(term) ?? []), at])
    }
  }
  return owners
}

/** One term, or any of several; as many patterns as that takes. */
function patternsOf(terms: readonly string[]): string[] {
  const groups: string[][] = []
  let length = 0
  for (const term of terms.filter((each) => each.length <= LONGEST_PATTERN - 4)) {
    length += term.length + 4
    const last = groups.at(-1)
    if (last && length <= LONGEST_PATTERN) last.push(term)
    else {
      groups.push([term])
      length = term.length + 4
    }
  }
  return groups.map((group) => {
    return group.map((term) => (group.length === 1 ? `"${term}"` : `?"${term}"`)).join(' ')
  })
}

/** The event whose id stands in a line as a word; else the last of its trace until then. */
function ownerOf(
  message: string,
  timeMs: number,
  { owners, events }: { owners: Map<string, number[]>; events: readonly TracedEvent[] },
): number | undefined {
  const named = [...owners].filter(([term]) => hasWord(message, term))
  const byId = named.find(([term, places]) => places.some((at) => events[at]?.id === term))
  if (byId) return byId[1][0]
  const places = named.flatMap(([, some]) => some)
  const before = places.filter((at) => Date.parse(events[at]?.time ?? '') <= timeMs)
  return before.at(-1) ?? places[0]
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const around = `${text[at - 1] ?? ' '}${text[at + word.length] ?? ' '}`
    if (!/[\w-]/.test(around)) return true
  }
  return false
}
