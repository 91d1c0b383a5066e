import type { DashboardView } from '../../dashboards/html/dashboard-page.js'
import { result, shop, typeRow } from '../ui/results.js'
import { overTime, viewOf } from './pages.js'
import { graph, loopsFound } from './row-pages.js'
import { topologies } from './topologies.js'

/** Every look that a page of `evt dashboard` has to get right. */
export const dashboards: Readonly<Record<string, DashboardView>> = {
  shop: overTime(shop()),
  hostile: overTime(viewOf('hostile').result),
  'one type': overTime(result([typeRow('shop', 'order.placed', 40_000, 90)])),
  'causes and wiring': {
    ...overTime(shop()),
    causation: { graph, loops: loopsFound },
    topology: topologies['hostile'],
  },
  'no causes': { ...overTime(shop()), causation: { graph: { nodes: [], edges: [] }, loops: [] } },
  'one event': { ...viewOf('one event'), intervals: [] },
  'no figures': { ...viewOf('no figures'), intervals: [] },
  nothing: { ...viewOf('nothing'), intervals: [] },
}
