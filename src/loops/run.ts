import type { EvtError } from '../errors.js'
import { hiddenNames } from '../questions/hidden-names.js'
import { hiddenIn } from '../questions/run.js'
import { isCut } from '../questions/searched.js'
import { noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { openArchive } from '../reading/open-archive.js'
import { loopsByContent } from './by-content.js'
import { type CausationGraph, causationGraph } from './causation-graph.js'
import { faultIn } from './fault.js'
import { loopsIn } from './find.js'
import { loopsByLineage } from './lineage.js'
import { type ChainRequest, loopEventsIn } from './linked-events.js'
import { linksOf } from './links.js'
import type { LoopsResult } from './result.js'
import { shownLoop } from './shown.js'
import { told } from './told.js'

export interface LoopsRequest extends ChainRequest {
  /** How often a chain passes the same nodes before that is a loop. */
  leastTurns: number
}

export interface LoopsRun {
  result: LoopsResult
  /** Why the run does not end well although it has a result. */
  failure: EvtError | undefined
  /** What was seen to cause what; of what came live, among the events that are remembered. */
  graph?: CausationGraph
}

/**
 * `evt loops` on archives, from what was typed to the loops that events run in.
 *
 * @throws EvtError `usage` for what was typed wrong, `inconclusive` where there is nothing to read
 */
export async function runLoops(request: LoopsRequest): Promise<LoopsRun> {
  const archive = await openArchive(request)
  const { sources, pruned } = archive
  if (archive.objects.length === 0) throw noObjects(sources, pruned)
  const { events, passing, searched } = await loopEventsIn(request, archive)
  request.onRead?.()
  const { causes, counts } = linksOf(events)
  const { loops, chains } = loopsIn(events, causes, request.leastTurns)
  const names = hiddenNames(hiddenIn(archive))
  const caused = loops.map((loop) => told(loop, events, causes))
  const { objects, bytes, records, undecodable, chosen } = searched
  const result: LoopsResult = {
    schema: 'evt.loops/1',
    partial: request.signal.aborted || isCut(searched),
    loops: [
      ...caused,
      ...loopsByLineage(events, caused, request.leastTurns),
      ...loopsByContent(passing, request.leastTurns),
    ].map((loop) => shownLoop(loop, names)),
    chains,
    causation: counts,
    compared: passing.length,
    searched: { sources: [...sources], objects, bytes, records, undecodable, events: chosen },
  }
  const failure = endedBadly({ ...searched, ...request }) ?? faultIn(result)
  return { result, failure, graph: causationGraph(events, causes) }
}
