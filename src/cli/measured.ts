import { checkAtRest } from './athena-flags.js'
import type { TypedLive } from './live-run.js'
import type { TypedStats } from './stats-run.js'

/** What `evt stats` measures: what comes live, what Athena counts, or what is read here. */
export async function measured(typed: TypedLive & TypedStats, isLive: boolean) {
  if (isLive) {
    checkAtRest(typed.flags)
    const { measureLive } = await import('./live-run.js')
    return measureLive(typed)
  }
  if (typed.flags.engine === 'athena') {
    const { measuredByAthena } = await import('./stats-athena.js')
    return measuredByAthena(typed)
  }
  const { measuring } = await import('./stats-run.js')
  const { runStats } = await import('../stats/run.js')
  return measuring(typed, runStats)
}
