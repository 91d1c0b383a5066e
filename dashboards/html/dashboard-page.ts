import type { LatencyInterval } from '../../src/stats/latency-intervals.js'
import type { TopologyResult } from '../../src/topology/model.js'
import type { StatsView } from '../../src/ui/stats-text.js'
import { bandPlot, faultsPlot } from './band-plot.js'
import type { Causation } from './causation.js'
import type { Html } from './html.js'
import { latencyHeat } from './latency-heat.js'
import { orderSection } from './order-table.js'
import { type Made, type Mark, section } from './page.js'
import { eventsPage } from './stats-page.js'
import { typeCurves } from './type-curves.js'

/** What a page of an archive, or of what comes, is made of. */
export interface DashboardView extends StatsView {
  readonly intervals: readonly LatencyInterval[] | undefined
  /** What is deployed, with what is wrong in it. */
  readonly topology?: TopologyResult | undefined
  /** What events were seen to cause, where that was looked for. */
  readonly causation?: Causation | undefined
  readonly marks?: readonly Mark[]
}

/** `evt dashboard build --html`: what `evt stats` shows, and how it went over time and by type. */
export async function dashboardPage(view: DashboardView, made: Made): Promise<string> {
  const { result, intervals = [], topology, causation, marks = [] } = view
  const { timeZone } = made
  // Its rows are drawn: as a table they stand below each plot.
  const { windows = [], ...whole } = result
  return eventsPage({ ...view, result: whole }, made, {
    kind: 'evt dashboard',
    marks,
    plots: [
      bandPlot(windows, timeZone),
      latencyHeat(intervals, { windows, timeZone }),
      faultsPlot(windows, timeZone),
      await typeCurves(result.types),
    ],
    sections: [
      ...orderSection(result),
      ...(causation ? await causes(causation) : []),
      ...(topology ? await wiring(topology) : []),
    ],
  })
}

async function causes(causation: Causation): Promise<Html[]> {
  const { causationSections } = await import('./causation.js')
  return causationSections(causation)
}

async function wiring(topology: TopologyResult): Promise<Html[]> {
  const { edgeTable, findingTable, topologyMap } = await import('./topology-page.js')
  return [
    section('map', 'What is deployed', topologyMap(topology)),
    section('wiring', 'What is wrong in what is deployed', findingTable(topology.findings)),
    section('edges', 'What leads where', edgeTable(topology)),
  ]
}
