import type { LatencyInterval } from '../../src/stats/latency-intervals.js'
import type { StatsView } from '../../src/ui/stats-text.js'
import { bandPlot, faultsPlot } from './band-plot.js'
import { latencyHeat } from './latency-heat.js'
import { orderSection } from './order-table.js'
import type { Made } from './page.js'
import { eventsPage } from './stats-page.js'
import { typeCurves } from './type-curves.js'

/** `evt dashboard build --html`: what `evt stats` shows, and how it went over time and by type. */
export async function dashboardPage(
  view: StatsView & { readonly intervals: readonly LatencyInterval[] | undefined },
  made: Made,
): Promise<string> {
  const { result, intervals = [] } = view
  const { timeZone } = made
  // Its rows are drawn: as a table they stand below each plot.
  const { windows = [], ...whole } = result
  return eventsPage({ ...view, result: whole }, made, {
    kind: 'evt dashboard',
    plots: [
      bandPlot(windows, timeZone),
      latencyHeat(intervals, { windows, timeZone }),
      faultsPlot(windows, timeZone),
      await typeCurves(result.types),
    ],
    sections: orderSection(result),
  })
}
