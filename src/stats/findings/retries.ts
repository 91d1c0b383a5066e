import { compareText } from '../../event/sequence.js'
import type { Deliveries } from '../deliveries.js'
import { MAX_ATTEMPTS, momentOf } from './alike.js'
import type { AlikeClass } from './grounds.js'

/** The deliveries of each publication that was sent more than once, in order of time.
 *
 * @param contentOf what a delivery says, or its digest; empty where that is unknown or nothing */
export function retriesIn(
  deliveries: Deliveries,
  classes: readonly AlikeClass[],
  contentOf: (at: number) => string,
): number[][] {
  const seen = new Map<string, number>()
  for (const { rows, samePlace } of classes) {
    if (samePlace) continue
    for (const at of rows) seen.set(contentOf(at), (seen.get(contentOf(at)) ?? 0) + 1)
  }
  return classes.flatMap(({ rows, samePlace }) => {
    const runs = samePlace ? byContent(rows, contentOf) : adjacent(deliveries, rows, contentOf)
    return runs.filter((run) => {
      const content = contentOf(run[0] ?? -1)
      // What is always the same, such as a heartbeat, is no retry.
      const isConstant = !samePlace && (seen.get(content) ?? 0) > MAX_ATTEMPTS
      return content !== '' && !isConstant && run.length > 1 && run.length <= MAX_ATTEMPTS
    })
  })
}

function byContent(rows: readonly number[], contentOf: (at: number) => string): number[][] {
  const runs = new Map<string, number[]>()
  for (const at of rows) {
    const run = runs.get(contentOf(at))
    if (run) run.push(at)
    else runs.set(contentOf(at), [at])
  }
  return [...runs.values()]
}

/** Runs of equal contents in order of time; those of one time have no order among themselves. */
function adjacent(
  deliveries: Deliveries,
  rows: readonly number[],
  contentOf: (at: number) => string,
): number[][] {
  const sorted = rows.toSorted(
    (a, b) =>
      momentOf(deliveries, a) - momentOf(deliveries, b) ||
      compareText(contentOf(a), contentOf(b)) ||
      a - b,
  )
  const runs: number[][] = []
  for (const at of sorted) {
    const run = runs.at(-1)
    if (run && contentOf(run[0] ?? -1) === contentOf(at)) run.push(at)
    else runs.push([at])
  }
  return runs
}
