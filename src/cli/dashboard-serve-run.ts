import { dashboardPage } from '../../dashboards/html/dashboard-page.js'
import { type Made, type Mark, pagePolicy } from '../../dashboards/html/page.js'
import type { EvtError } from '../errors.js'
import { type LiveRequest, type LiveRun, runLive } from '../live/run.js'
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
  const shown: Shown = { measured: undefined, marks: [], topology: await topologyShown(flags) }
  const page = new LivePage(() => drawn(shown, made))
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
      onItems: () => page.change(),
    })
    const telling = tellReaders(page, server, AbortSignal.any([signal, ended.signal]))
    const run = await running.finally(() => ended.abort())
    await telling
    if (!signal.aborted) {
      Object.assign(shown, { measured: () => run, marks: [over] })
      page.change()
      await page.renew()
      server.tell()
      note('the source has ended; Ctrl-C ends the page')
      await aborted(signal)
    }
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
}

async function drawn({ measured, marks, topology }: Shown, made: Made): Promise<Served> {
  const policy = await pagePolicy(true)
  if (!measured) return { html: 'evt is about to begin: load this again\n', policy }
  const run = measured()
  const { windows = [] } = run.result
  const intervals = windows.flatMap(({ start, latencyMs: { hdr } }) => {
    return hdr === null ? [] : [{ startUs: Date.parse(start) * 1_000, rows: [], total: hdr }]
  })
  const live = { ...made, atMs: Date.now(), isLive: true }
  return { html: await dashboardPage({ ...run, intervals, marks, topology }, live), policy }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
