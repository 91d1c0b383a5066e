import { auditPage } from '../../dashboards/html/audit-page.js'
import { baselinePage, baselinesPage } from '../../dashboards/html/baseline-page.js'
import { checkPage } from '../../dashboards/html/check-page.js'
import { dashboardPage } from '../../dashboards/html/dashboard-page.js'
import { reconcilePage } from '../../dashboards/html/reconcile-page.js'
import { statsPage } from '../../dashboards/html/stats-page.js'
import { topologyPage } from '../../dashboards/html/topology-page.js'
import { audits } from './audits.js'
import { savedOf } from './baselines.js'
import { checks } from './checks.js'
import { dashboards } from './dashboards.js'
import { made, pages } from './pages.js'
import { reconciliations } from './reconciliations.js'
import { rowPages } from './row-pages.js'
import { topologies } from './topologies.js'

type Drawn = [name: string, html: () => Promise<string>]

/** All pages that results are drawn as, by the command and the case. */
export const everyPage: readonly Drawn[] = [
  ...Object.entries(pages).map(([name, view]): Drawn => {
    return [`evt stats, ${name}`, () => statsPage(view, made)]
  }),
  ...Object.entries(dashboards).map(([name, view]): Drawn => {
    return [`evt dashboard, ${name}`, () => dashboardPage(view, made)]
  }),
  ...Object.entries(audits).map(([name, view]): Drawn => {
    return [`evt audit, ${name}`, () => auditPage(view, made)]
  }),
  ...Object.entries(reconciliations).map(([name, run]): Drawn => {
    return [`evt reconcile, ${name}`, () => reconcilePage(run, made)]
  }),
  ...Object.entries(rowPages),
  ...Object.entries(checks).map(([name, run]): Drawn => {
    return [`evt check, ${name}`, () => checkPage(run, made)]
  }),
  ...Object.entries(savedOf).flatMap(([name, files]): Drawn[] => {
    const [first] = files
    if (!first) return []
    return [
      [`evt baseline show, ${name}`, () => baselinePage(first, made)],
      [`evt baseline list, ${name}`, () => baselinesPage(files, { title: first.file, made })],
    ]
  }),
  ...Object.entries(topologies).map(([name, result]): Drawn => {
    return [`evt topology show, ${name}`, () => topologyPage(result, made)]
  }),
]
