import type { TracedEvent } from './trace-result.js'

/** When each event was, in ms; NaN where nothing tells. */
export function timesOf(events: readonly Pick<TracedEvent, 'time'>[]): number[] {
  return events.map(({ time }) => Date.parse(time ?? ''))
}

/** Of these places, the one that was last until then; where all were later, the first of them. */
export function lastUntil(
  places: readonly number[],
  timesMs: readonly number[],
  untilMs: number,
): number | undefined {
  let last: number | undefined
  let lastMs = Number.NEGATIVE_INFINITY
  for (const at of places) {
    const ms = timesMs[at] ?? Number.NaN
    if (ms > untilMs || !(ms >= lastMs)) continue
    last = at
    lastMs = ms
  }
  return last ?? places[0]
}
