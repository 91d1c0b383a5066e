import type { Decoded, EventRecord } from '../event/event.js'
import { loopsByContent } from './by-content.js'
import { type CausationGraph, causationGraph } from './causation-graph.js'
import { loopsIn } from './find.js'
import { KeptEvents } from './kept-events.js'
import { loopsByLineage } from './lineage.js'
import { linksOf } from './links.js'
import type { FoundLoop, LoopsResult } from './result.js'
import { nodeText, told } from './told.js'

/** Loops are looked for anew once a twentieth of the events is new, or after so long. */
const SHARE = 20
const LOOK_MS = 5_000

export interface LiveLoopsOptions {
  leastTurns: number
  /** So long at least events are remembered, by the clock of who observes; null: for ever. */
  memoryMs: number | null
  /** Which events are to be known of a loop; see {@link LiveLoops.isMarked}. */
  marks?: ((event: EventRecord) => boolean) | undefined
}

/** What is known of loops among the events that were observed. */
export interface LiveLoopsFigures
  extends Pick<LoopsResult, 'loops' | 'chains' | 'causation' | 'compared'> {
  read: { bytes: number; records: number; undecodable: number }
  /** What was seen to cause what, among the events that are remembered. */
  graph: CausationGraph
  isBounded: boolean
  /** Whether some event named its cause, also one that has been forgotten. */
  isLinked: boolean
}

/** Finds loops in what is observed, as {@link loopsIn} does in an archive. */
export class LiveLoops {
  private readonly kept = new KeptEvents()
  /** By their ways: also those whose events have been forgotten. */
  private readonly found = new Map<string, FoundLoop>()
  private readonly marked = new Set<string>()
  private readonly counts = { bytes: 0, records: 0, undecodable: 0 }
  private newEvents = 0
  private isLinked = false
  private lookedAtMs = Number.NEGATIVE_INFINITY
  private forgotAtMs = Number.NaN

  constructor(private readonly options: LiveLoopsOptions) {}

  /** @param nowMs when these were observed
   * @returns loops that were not known before */
  observe(items: readonly { readonly decoded: Decoded }[], nowMs: number): FoundLoop[] {
    for (const { decoded } of items) this.add(decoded)
    const isTime = this.isTimeToForget(nowMs)
    const isMuchNew = this.newEvents * SHARE > this.kept.size
    const isDue = this.newEvents > 0 && nowMs - this.lookedAtMs >= LOOK_MS
    const known = new Set(this.found.keys())
    if (isTime || isMuchNew || isDue) this.look(nowMs)
    if (isTime) this.kept.forget()
    return [...this.found].flatMap(([way, loop]) => (known.has(way) ? [] : [loop]))
  }

  /** All that were found so far. */
  get known(): FoundLoop[] {
    return [...this.found.values()]
  }

  /** Whether an event that is marked is of a node that the loop passes. */
  isMarked({ path }: FoundLoop): boolean {
    return path.some((node) => this.marked.has(node))
  }

  read(): LiveLoopsFigures {
    const { loops, chains, causation, compared, events, causes } = this.look(this.lookedAtMs)
    const { isLinked, kept } = this
    const { isBounded } = kept
    // Of what was forgotten more may have been known before.
    const all = isBounded ? [...this.found.values()].sort((a, b) => b.events - a.events) : loops
    const read = { ...this.counts }
    const graph = causationGraph(events, causes)
    return { loops: all, chains, causation, compared, read, graph, isBounded, isLinked }
  }

  private add(decoded: Decoded): void {
    this.counts.records += 1
    if (decoded.kind === 'undecodable') {
      this.counts.undecodable += 1
      this.counts.bytes += decoded.undecodable.sizeBytes
      return
    }
    const { event } = decoded
    this.counts.bytes += event.sizeBytes
    if (this.kept.add(event)) this.newEvents += 1
    if (this.options.marks?.(event)) this.marked.add(nodeText(event))
  }

  private look(nowMs: number) {
    this.newEvents = 0
    this.lookedAtMs = nowMs
    const events = this.kept.linked()
    const { causes, counts } = linksOf(events)
    this.isLinked ||= counts.linked + counts.itself + counts.circular > 0
    const { loops, chains } = loopsIn(events, causes, this.options.leastTurns)
    const caused = loops.map((loop) => told(loop, events, causes))
    const passing = this.kept.passing()
    const found = [
      ...caused,
      ...loopsByLineage(events, caused, this.options.leastTurns),
      ...loopsByContent(passing, this.options.leastTurns),
    ]
    for (const loop of found) {
      const way = this.keyOf(loop)
      const known = this.found.get(way)
      if (!known || isBetter(loop, known)) this.found.set(way, loop)
    }
    return { loops: found, chains, causation: counts, compared: passing.length, events, causes }
  }

  /** Of a lineage the nodes are seen one after the other, and forgotten so: what has more or fewer
   * of them is the same loop. */
  private keyOf(loop: FoundLoop): string {
    const way = wayOf(loop)
    if (loop.by !== 'lineage' || this.found.has(way)) return way
    const isWithin = (a: FoundLoop, b: FoundLoop) => a.path.every((node) => b.path.includes(node))
    const known = [...this.found].find(([, one]) => isWithin(one, loop) || isWithin(loop, one))
    return known?.[0] ?? way
  }

  private isTimeToForget(nowMs: number): boolean {
    const { memoryMs } = this.options
    if (Number.isNaN(this.forgotAtMs)) this.forgotAtMs = nowMs
    const isOver = memoryMs !== null && nowMs - this.forgotAtMs >= memoryMs
    if (!isOver && !this.kept.isFull) return false
    this.forgotAtMs = nowMs
    return true
  }
}

/** Whether more is told of a loop than before; causes tell more than lineages, these than
 * contents. */
function isBetter(loop: FoundLoop, known: FoundLoop): boolean {
  if (loop.by !== known.by) return loop.by === 'causation' || known.by === 'content'
  return loop.path.length >= known.path.length && loop.turns >= known.turns
}

/** The same wherever the loop was entered. */
function wayOf({ path }: FoundLoop): string {
  const [first = ''] = [...path].sort()
  const least = path.indexOf(first)
  return JSON.stringify([...path.slice(least), ...path.slice(0, least)])
}
