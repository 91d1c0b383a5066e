import type { Causation } from '../../dashboards/html/causation.js'
import { dashboardPage } from '../../dashboards/html/dashboard-page.js'
import { type Made, type Mark, pagePolicy } from '../../dashboards/html/page.js'
import type { EvtError } from '../errors.js'
import { type LiveRequest, type LiveRun, runLive } from '../live/run.js'
import { LiveLoops } from '../loops/live-loops.js'
import { LEAST_TURNS } from '../loops/loop.js'
import { endedBadly } from '../reading/ended-badly.js'
import { LivePage } from '../serve/live-page.js'
import { type Served, servePage } from '../serve/server.js'
import { tellReaders } from '../serve/tell-readers.js'
import type { TopologyResult } from '../topology/model.js'
import { isAskedLive, memoryMs } from './live-flags.js'
import { requestOf, type TypedTail } from './tail-run.js'
import { topologyShown } from './topology-run.js'

export interface TypedServe extends TypedTail {
  flags: TypedTail['flags'] & {
    'dedupe-window': string
    port: number
    topology?: string[] | undefined
    causes?: boolean | undefined
  }
  print(text: string): void
  note(text: string): void
}

const over: Mark = { text: 'at its end', explain: 'The source has ended: nothing more comes.' }

/**
 * Serves a page of what comes from SOURCE, and of an archive what it has and gets, until somebody
 * interrupts. A source that ends leaves its page.
 *
 * @returns why it does not end well
 */
export async function serveDashboard(typed: TypedServe, made: Made): Promise<EvtError | undefined> {
  const { flags, signal, print, note } = typed
  const request = await requestFor(typed)
  const { memoryMs } = request.measure
  const shown: Shown = {
    ...{ measured: undefined, marks: [], topology: await topologyShown(flags) },
    loops: flags.causes ? new LiveLoops({ leastTurns: LEAST_TURNS, memoryMs }) : undefined,
    memory: request.memory,
  }
  const page = new LivePage(() => drawn(shown, made), once(note))
  const server = await servePage({ port: flags.port, page: () => page.read() })
  const ended = new AbortController()
  try {
    const running = runLive({
      ...request,
      onBegin: (measured) => {
        shown.measured = measured
        print(server.address)
        note('Ctrl-C ends it')
      },
      onItems: (items) => {
        shown.loops?.observe(items, request.nowMs())
        page.change()
      },
    })
    const telling = tellReaders(page, server, AbortSignal.any([signal, ended.signal]))
    const run = await running.catch((error) => {
      ended.abort()
      throw error
    })
    if (!signal.aborted) {
      Object.assign(shown, { measured: () => run, marks: [over] })
      page.change()
      note('the source has ended; Ctrl-C ends the page')
    }
    await telling
    const never = new AbortController().signal
    const { objectFaults } = run
    const allowPartial = flags['allow-partial']
    return endedBadly({ records: 0, objectFaults, signal: never, allowPartial })
  } finally {
    await server.close()
  }
}

async function requestFor(typed: TypedServe): Promise<LiveRequest> {
  const { flags, given, note } = typed
  const request = requestOf(typed, note)
  const usual = (await isAskedLive({ config: flags.config }, given)) ? 'latest' : 'beginning'
  const memory = flags['dedupe-window']
  return {
    ...request,
    start: request.start ?? usual,
    measure: { by: 'type', windowUs: 'spread', memoryMs: memoryMs(memory) },
    memory,
    allowPartial: flags['allow-partial'],
    onOpen: (sources) => {
      for (const { address, safety } of sources) note(`${safety}  ${address}`)
    },
  }
}

interface Shown {
  measured: (() => LiveRun) | undefined
  marks: readonly Mark[]
  readonly topology: TopologyResult | undefined
  /** What causes what, where that was asked for. */
  readonly loops: LiveLoops | undefined
  /** So long `loops` remembers, as it was written. */
  readonly memory: string
}

async function drawn(shown: Shown, made: Made): Promise<Served> {
  const { measured, marks, topology } = shown
  const policy = await pagePolicy(true)
  if (!measured) return { html: 'evt is about to begin: load this again\n', policy }
  const run = measured()
  const { windows = [] } = run.result
  const intervals = windows.flatMap(({ start, latencyMs: { hdr } }) => {
    return hdr === null ? [] : [{ startUs: Date.parse(start) * 1_000, rows: [], total: hdr }]
  })
  const live = { ...made, atMs: Date.now(), isLive: true }
  const causation = run.isEmpty ? undefined : causationIn(shown)
  const view = { ...run, intervals, marks, topology, causation }
  return { html: await dashboardPage(view, live), policy }
}

function causationIn({ loops: live, memory }: Shown): Causation | undefined {
  if (!live) return undefined
  const { graph, loops, isBounded } = live.read()
  return { graph, loops, ...(isBounded && { bounded: memory }) }
}

/** Says why a page cannot be drawn, and the same only once. */
function once(note: (text: string) => void): (error: unknown) => void {
  const said = new Set<string>()
  return (error) => {
    const why = error instanceof Error ? error.message : String(error)
    if (!said.has(why)) note(`the page cannot be drawn, and is tried again: ${why}`)
    said.add(why)
  }
}
