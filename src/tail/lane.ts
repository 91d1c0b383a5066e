import { EvtError } from '../errors.js'
import type { Decoded, EventRecord } from '../event/event.js'
import type { JsonPath } from '../event/json-path.js'
import type { Mapping } from '../event/mapping.js'
import type { TapOptions } from '../taps/tap.js'
import { FromTime } from './from-time.js'
import type { Progress } from './progress.js'

/** What was found in one of the sources. */
export interface TailItem {
  readonly source: string
  readonly decoded: Decoded
  /** Of the batch of its source so many were given, this one included. */
  readonly taken: number
}

/** How what is tapped is decoded and chosen. */
export interface Reading {
  mapping: Mapping
  options: Omit<TapOptions, 'signal'>
  isWanted(event: EventRecord): boolean
  /** What was given out, and then something else was asked for. */
  taken: WeakSet<Decoded>
  /** Before the first event from then on, nothing is shown. */
  fromUs: number | undefined
  hidden: readonly JsonPath[]
}

interface Lane extends Reading {
  signal: AbortSignal
  progress: Progress | undefined
  /** Whether there is no other source. */
  isAlone: boolean
  /** Called once. */
  onReady(): void
}

/** What is wanted of one source. */
export async function* wanted(
  source: string,
  open: (onReady: () => void) => AsyncIterable<Decoded[]>,
  { isWanted, fromUs, options, signal, progress, isAlone, ...lane }: Lane,
): AsyncGenerator<TailItem[]> {
  const start = new FromTime(source, progress ? progress.fromUs : fromUs, options.onNote)
  let isSetUp = false
  const onReady = () => {
    if (isSetUp) return
    isSetUp = true
    lane.onReady()
  }
  try {
    for await (const batch of open(onReady)) {
      onReady()
      const items: TailItem[] = []
      for (const [at, decoded] of batch.entries()) {
        const isShown = decoded.kind === 'undecodable' || isWanted(decoded.event)
        const taken = at + 1
        if (start.hasBegun(decoded) && isShown) items.push({ source, decoded, taken })
      }
      if (items.length > 0) yield items
      // Who asks for more has taken what there was.
      progress?.passed(start.isOver)
    }
    onReady()
  } catch (error) {
    // Whoever ends a tap that is still being set up ends it as any other.
    if (!(error instanceof EvtError)) throw error
    if (signal.aborted && error.code === 'interrupted') return
    // What is wrong from the start is to be mended first; later, the others go on.
    if (isAlone || !isSetUp) throw error
    options.onNote(`${source} died: ${error.message}; the others go on`)
    options.onFault(source, { reason: 'cut', detail: `died: ${error.message}` })
  } finally {
    start.end()
  }
}
