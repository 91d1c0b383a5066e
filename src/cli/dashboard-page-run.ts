import type { Causation } from '../../dashboards/html/causation.js'
import { dashboardPage } from '../../dashboards/html/dashboard-page.js'
import type { Made } from '../../dashboards/html/page.js'
import { EvtError } from '../errors.js'
import { LEAST_TURNS } from '../loops/loop.js'
import { runEventStats } from '../stats/run.js'
import { memoryBytes } from './memory-size.js'
import { reading, type TypedArchive } from './read-request.js'
import { type StatsFlagValues, statsChoices } from './stats-flags.js'
import { topologyShown } from './topology-run.js'

interface TypedPage extends TypedArchive {
  flags: TypedArchive['flags'] &
    Omit<StatsFlagValues, 'by'> & { topology?: string[] | undefined; causes?: boolean }
}

/** An archive as a page: measured in windows over all of its time.
 * @throws EvtError where it could not be read whole; the page is printed before */
export async function writeDashboardPage(typed: TypedPage, made: Made): Promise<void> {
  const choices = {
    ...statsChoices({ ...typed.flags, by: 'type' }),
    ...{ windowUs: 'spread' as const, intervals: true },
  }
  const { causes = false } = typed.flags
  if (causes && typed.given.includes('-')) {
    throw new EvtError('--causes reads its SOURCE twice: standard input is there once', {
      ...{ code: 'usage', hint: 'write it to a file first' },
    })
  }
  const topology = await topologyShown(typed.flags)
  const run = await reading(typed, (request) => runEventStats({ ...request, choices }))
  const causation = causes && !run.isEmpty ? await causationIn(typed) : undefined
  process.stdout.write(await dashboardPage({ ...run, topology, causation }, made))
  if (run.failure) throw run.failure
}

/** Reads it once more. */
async function causationIn(typed: TypedPage): Promise<Causation | undefined> {
  const { flags } = typed
  const { runLoops } = await import('../loops/run.js')
  const { type: types = [], filter } = flags
  const chosen = { types, filter, entities: [], leastTurns: LEAST_TURNS, allowPartial: true }
  const memoryLimitBytes = memoryBytes(flags['memory-limit'])
  const { result, graph } = await reading(typed, (request) =>
    runLoops({ ...request, ...chosen, memoryLimitBytes }),
  )
  return graph && { graph, loops: result.loops }
}
