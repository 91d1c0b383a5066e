import type { AwsOptions } from '../aws/options.js'
import { xrayDocuments } from '../aws/xray.js'
import { timeText } from '../event/time.js'
import { lastUntil, timesOf } from './last-until.js'
import { rootOf } from './lineage.js'
import type { Beside, TracedEvent, TracedSegment } from './trace-result.js'

const isXrayId = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/
/** So many traces at most, five a call. */
const MOST_TRACES = 1_000

interface Segments {
  segments: TracedSegment[]
  missing: string[]
}

/**
 * What X-Ray knows of the traces that these events are of: segments in order of time, each beside
 * the last event of its trace that happened until then. What X-Ray said before it failed is kept.
 */
export async function segmentsOf(
  events: readonly TracedEvent[],
  { aws, signal }: { aws: AwsOptions | undefined; signal: AbortSignal },
): Promise<Beside<Segments>> {
  const places = new Map<string, number[]>()
  for (const [at, { traceId }] of events.entries()) {
    const root = rootOf(traceId)?.toLowerCase() ?? ''
    if (!isXrayId.test(root)) continue
    const some = places.get(root)
    if (some) some.push(at)
    else places.set(root, [at])
  }
  const roots = [...places.keys()]
  const asked = roots.slice(0, MOST_TRACES)
  const answer = await xrayDocuments(asked, { ...aws, signal })
  const timesMs = timesOf(events)
  const segments = answer.documents.flatMap(({ traceId, document }) => {
    return told(document, traceId, { timesMs, places: places.get(traceId) ?? [] })
  })
  const known = new Set([...answer.documents.map(({ traceId }) => traceId), ...answer.unasked])
  const gaps = [
    ...(roots.length > asked.length
      ? [`X-Ray was asked about ${asked.length} of ${roots.length} traces`]
      : []),
    ...(answer.failure ? [answer.failure.message] : []),
    ...(answer.unasked.length > 0
      ? [`X-Ray did not look for some traces: ${answer.unasked.slice(0, 10).join(', ')}`]
      : []),
  ]
  return {
    found: {
      segments: segments.sort((a, b) => Date.parse(a.time) - Date.parse(b.time)),
      missing: asked.filter((root) => !known.has(root)),
    },
    ...{ gaps, failure: answer.failure },
  }
}

/** Documents are of whoever wrote them: what is no segment is none. */
function told(
  document: string,
  traceId: string,
  { timesMs, places }: { timesMs: readonly number[]; places: readonly number[] },
): TracedSegment[] {
  const said = parsed(document)
  const { id, parent_id: parentId, name, start_time: start, end_time: end } = said
  const startUs = microseconds(start)
  const endUs = microseconds(end)
  if (startUs === undefined || typeof name !== 'string') return []
  const event = lastUntil(places, timesMs, startUs / 1_000)
  if (event === undefined) return []
  const durationMs = endUs === undefined ? null : (endUs - startUs) / 1e3
  const faults = ['error', 'fault', 'throttle'].filter((fault) => said[fault] === true)
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return [
    {
      ...{ event, traceId, id: text(id), parentId: text(parentId), name },
      ...{ time: timeText(startUs), durationMs, faults },
    },
  ]
}

/** Of seconds since the epoch; undefined for what is none, or none that can be written. */
function microseconds(seconds: unknown): number | undefined {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return undefined
  const us = Math.round(seconds * 1e6)
  return Number.isSafeInteger(us) ? us : undefined
}

function parsed(document: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(document))
  } catch {
    return {}
  }
}
