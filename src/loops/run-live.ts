import type { EventRecord } from '../event/event.js'
import { hiddenNames } from '../questions/hidden-names.js'
import { endedBadly } from '../reading/ended-badly.js'
import { openTail, type Tail, type TailRequest } from '../tail/run.js'
import { faultIn } from './fault.js'
import { LiveLoops } from './live-loops.js'
import type { FoundLoop, LoopsResult } from './result.js'
import type { LoopsRun } from './run.js'
import { shownLoop } from './shown.js'

export interface LiveLoopsRequest extends TailRequest {
  leastTurns: number
  memoryMs: number | null
  /** How the bound of memory was written. */
  memory: string
  allowPartial: boolean
  /** Told what is tapped, before the first event. */
  onOpen(sources: Tail['sources']): void
  /** Told each loop once, as soon as it is known. */
  onLoop(loop: FoundLoop): void
  /** A loop that passes an event of this kind ends the run. */
  ends?: ((event: EventRecord) => boolean) | undefined
}

export interface LiveLoopsRun extends LoopsRun {
  /** The loop that ended it. */
  last: FoundLoop | undefined
}

/**
 * `evt loops` on what comes: until the time is over, the source ends or somebody interrupts, in
 * memory that does not grow with what has come.
 *
 * @throws EvtError `usage` for a mapping, configuration or SOURCE that is wrong
 */
export async function runLoopsLive(request: LiveLoopsRequest): Promise<LiveLoopsRun> {
  const { leastTurns, memoryMs, ends, nowMs, signal, allowPartial } = request
  const tail = await openTail({ ...request, isMeasured: true })
  const names = hiddenNames({ paths: tail.hidden, mapping: tail.mapping })
  request.onOpen(tail.sources)
  const live = new LiveLoops({ leastTurns, memoryMs, marks: ends })
  let last: FoundLoop | undefined
  for await (const items of tail.items) {
    const found = live.observe(items, nowMs())
    for (const loop of found) request.onLoop(shownLoop(loop, names))
    // A loop may be known before the event that the rule matches came.
    last = ends && live.known.find((loop) => live.isMarked(loop))
    if (last) break
  }
  const { loops, chains, causation, compared, read, graph, isBounded, isLinked } = live.read()
  const { bytes, records, undecodable } = read
  const sources = tail.sources.map(({ address }) => address)
  const events = records - undecodable
  const result: LoopsResult = {
    schema: 'evt.loops/1',
    partial: signal.aborted || tail.faults.length > 0,
    loops: loops.map((loop) => shownLoop(loop, names)),
    ...{ chains, causation, compared },
    searched: { sources, objects: sources.length, bytes, records, undecodable, events },
    ...(isBounded && { bounded: request.memory }),
  }
  const bad = endedBadly({ records, objectFaults: tail.faults, signal, allowPartial })
  const ended = last && shownLoop(last, names)
  return { result, graph, failure: bad ?? faultIn(result, isLinked), last: ended }
}
