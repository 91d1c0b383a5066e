import { dashboardPage } from '../../dashboards/html/dashboard-page.js'
import type { Made } from '../../dashboards/html/page.js'
import { runEventStats } from '../stats/run.js'
import { reading, type TypedArchive } from './read-request.js'
import { type StatsFlagValues, statsChoices } from './stats-flags.js'
import { topologyShown } from './topology-run.js'

interface TypedPage extends TypedArchive {
  flags: TypedArchive['flags'] & Omit<StatsFlagValues, 'by'> & { topology?: string[] | undefined }
}

/** An archive as a page: measured in windows over all of its time.
 * @throws EvtError where it could not be read whole; the page is printed before */
export async function writeDashboardPage(typed: TypedPage, made: Made): Promise<void> {
  const choices = {
    ...statsChoices({ ...typed.flags, by: 'type' }),
    ...{ windowUs: 'spread' as const, intervals: true },
  }
  const topology = await topologyShown(typed.flags)
  const run = await reading(typed, (request) => runEventStats({ ...request, choices }))
  process.stdout.write(await dashboardPage({ ...run, topology }, made))
  if (run.failure) throw run.failure
}
