import { statsByAthena } from '../athena/stats.js'
import { EvtError } from '../errors.js'
import type { StatsRequest } from '../stats/request.js'
import type { StatsRun } from '../stats/run.js'
import { scannedText } from '../ui/athena-text.js'
import { checkAnswered, leftOut } from './athena-answer.js'
import { athenaVoice, noteUnless } from './athena-locate.js'
import { measuring, type TypedStats } from './stats-run.js'

/** `evt stats --engine athena`: the figures, with what they cost before and after. */
export async function measuredByAthena(typed: TypedStats): Promise<StatsRun> {
  return measuring(typed, byAthena(typed))
}

/** What has Athena count one request, and says what that costs. */
export function byAthena({ flags }: TypedStats): (request: StatsRequest) => Promise<StatsRun> {
  const { workgroup, database, quiet } = flags
  const note = noteUnless(quiet)
  return async (request) => {
    const place = { workgroup, database, ...athenaVoice(note, request) }
    const { run, searched } = await statsByAthena({ ...request, ...place })
    request.onRead?.()
    note(scannedText(searched))
    const left = leftOut(searched, request.choices.allowPartial)
    const failure = left ?? run.failure ?? failureOf(() => checkAnswered(searched))
    return { ...run, failure }
  }
}

function failureOf(check: () => void): EvtError | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof EvtError) return error
    throw error
  }
}
