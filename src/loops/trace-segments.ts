import type { AwsOptions } from '../aws/options.js'
import { xrayDocuments } from '../aws/xray.js'
import { timeText } from '../event/time.js'
import { rootOf } from './lineage.js'
import type { TracedEvent, TracedSegment } from './trace-result.js'

const isXrayId = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i

/**
 * What X-Ray knows of the traces that these events are of: segments in order of time, each beside
 * the last event of its trace that happened until then.
 *
 * @throws EvtError that says what failed
 */
export async function segmentsOf(
  events: readonly TracedEvent[],
  { aws, signal }: { aws: AwsOptions | undefined; signal: AbortSignal },
): Promise<{ segments: TracedSegment[]; missing: string[] }> {
  const places = new Map<string, number[]>()
  for (const [at, { traceId }] of events.entries()) {
    const root = rootOf(traceId)
    if (root !== null && isXrayId.test(root)) places.set(root, [...(places.get(root) ?? []), at])
  }
  const documents = await xrayDocuments([...places.keys()], { ...aws, signal })
  const segments = documents.flatMap(({ traceId, document }) => {
    return told(document, traceId, { events, places: places.get(traceId) ?? [] })
  })
  const known = new Set(documents.map(({ traceId }) => traceId))
  const missing = [...places.keys()].filter((root) => !known.has(root))
  return { segments: segments.sort((a, b) => (a.time < b.time ? -1 : 1)), missing }
}

/** Documents are of whoever wrote them: what is no segment is none. */
function told(
  document: string,
  traceId: string,
  { events, places }: { events: readonly TracedEvent[]; places: readonly number[] },
): TracedSegment[] {
  const said = parsed(document)
  const { id, parent_id: parentId, name, start_time: start, end_time: end } = said
  if (typeof start !== 'number' || typeof name !== 'string') return []
  const before = places.filter((at) => Date.parse(events[at]?.time ?? '') <= start * 1_000)
  const event = before.at(-1) ?? places[0]
  if (event === undefined) return []
  const durationMs = typeof end === 'number' ? Math.round((end - start) * 1e6) / 1e3 : null
  const faults = ['error', 'fault', 'throttle'].filter((fault) => said[fault] === true)
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return [
    {
      ...{ event, traceId, id: text(id), parentId: text(parentId), name },
      ...{ time: timeText(Math.round(start * 1e6)), durationMs, faults },
    },
  ]
}

function parsed(document: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(document))
  } catch {
    return {}
  }
}
