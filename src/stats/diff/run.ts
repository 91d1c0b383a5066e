import { EvtError } from '../../errors.js'
import type { StatsRequest } from '../request.js'
import { runStats, type StatsRun } from '../run.js'
import { compare } from './compare.js'
import type { DiffResult } from './result.js'

export interface DiffRun {
  result: DiffResult
  typed: { a: readonly string[]; b: readonly string[]; flags: readonly string[] }
  /** Why the run does not end well although it has a result. */
  failure: EvtError | undefined
  /** One of the sides has no events: there is nothing to compare. */
  isEmpty: boolean
}

/** What A is compared with: another SOURCE, or another time of the same. */
export type Versus = Pick<StatsRequest, 'given'> | Pick<StatsRequest, 'range'>

type Measure = (request: StatsRequest) => ReturnType<typeof runStats>

/**
 * A versus B: the SOURCEs of the request, then another one with the same selection and mapping, or
 * the same in another time.
 *
 * @param measure what measures one side; by default what is read here
 * @throws EvtError `usage` for flags that are about one archive, or a SOURCE that holds no events
 */
export async function runDiff(
  request: StatsRequest,
  versus: Versus,
  measure: Measure = runStats,
): Promise<DiffRun> {
  checkFlags(request)
  const given = 'given' in versus ? versus.given : request.given
  if (given.includes('-') && request.given.includes('-')) {
    throw new EvtError('standard input cannot be both sides: it is read once', { code: 'usage' })
  }
  const a = await eventsOf(request, measure)
  // What is interrupted while A is read leaves nothing to compare A with.
  const b = await eventsOf({ ...request, given: a.typed.sources, ...versus }, measure)
  return {
    result: compare(a.result, b.result),
    typed: { a: a.typed.sources, b: b.typed.sources, flags: a.typed.flags },
    failure: a.failure ?? b.failure,
    isEmpty: a.isEmpty || b.isEmpty,
  }
}

async function eventsOf(request: StatsRequest, measure: Measure): Promise<StatsRun> {
  const run = await measure(request)
  if ('timeline' in run) return run
  throw new EvtError(`only events are compared: ${run.typed.sources.join(' ')} holds histograms`, {
    code: 'usage',
    hint: 'evt stats shows histogram logs and percentile tables',
  })
}

function checkFlags({ choices }: StatsRequest): void {
  const given = [
    ...(choices.windowUs === null ? [] : ['--window (or --by hour)']),
    ...(choices.hlog === undefined ? [] : ['--hlog']),
    ...(choices.hgrm === undefined ? [] : ['--hgrm']),
    ...(choices.unit === undefined ? [] : ['--unit']),
  ]
  const [first] = given
  if (first === undefined) return
  throw new EvtError(`${first} cannot be used with --versus`, {
    code: 'usage',
    hint: 'it says something of one archive: evt stats without --versus',
  })
}
