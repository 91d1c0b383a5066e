import { markdownSafe } from '../../src/ui/markdown.js'
import { choices } from './choices.js'
import { links, overviewGraphs } from './overview.js'
import { type Draft, type Page, pageName, pagesOf } from './page.js'
import type { Section } from './section.js'
import type { Watched } from './watched.js'
import { graphWidget, type Mark, textWidget, type Widget } from './widget.js'

interface DashboardOptions {
  /** Names of pages begin with it. */
  readonly prefix: string
  readonly marks: readonly Mark[]
  /** Where the runbook of whoever is called lies. */
  readonly runbook: string | undefined
}

/** One overview first, then a page for each resource. */
export function dashboardPages(watched: Watched, options: DashboardOptions): Page[] {
  const names = namesOf(watched.sections, options.prefix)
  return [
    ...pagesOf(overview(watched, options, names)),
    ...watched.sections.flatMap((section) =>
      pagesOf(sectionDraft(section, watched, options, names)),
    ),
  ]
}

type PageNames = ReadonlyMap<Section, string>

/** Names that differ only in signs that dashboards' names cannot have get a number. */
function namesOf(sections: readonly Section[], prefix: string): PageNames {
  const taken = new Set<string>()
  return new Map(
    sections.map((section) => {
      const name = pageName(prefix, ...section.id.split('/'))
      let free = name
      for (let n = 2; taken.has(free); n++) free = `${name}_${n}`
      taken.add(free)
      return [section, free]
    }),
  )
}

const MADE = 'Made by evt: what is changed here by hand is lost when it is published again.'

function overview(
  { sections, evt, slos, published }: Watched,
  { prefix, marks, runbook }: DashboardOptions,
  names: PageNames,
): Draft {
  const chosen = choices(sections, published, ({ graphs }) => dimensionOf(graphs))
  const graphs = (all: readonly Parameters<typeof graphWidget>[0][]) =>
    all.map((graph) => graphWidget(graph, marks))
  const where = links(sections, (section) => names.get(section) ?? '')
  return {
    name: pageName(prefix, 'overview'),
    head: textWidget([`# ${markdownSafe(prefix)}`, ...where, ...runbookLine(runbook), '', MADE]),
    variables: chosen.map(({ variable }) => variable),
    widgets: [
      ...titled(slos.length > 0, ['## Promises'], graphs(slos.map(({ graph }) => graph))),
      ...(evt ? titled(true, evt.text, graphs(evt.graphs)) : []),
      ...titled(sections.length > 0, ['## AWS'], graphs(overviewGraphs(sections))),
      ...titled(
        chosen.length > 0,
        ['## One at a time, as chosen above'],
        graphs(chosen.flatMap((each) => each.graphs)),
      ),
    ],
  }
}

/** The name that a resource has in CloudWatch: of the last dimension of its first metric. */
function dimensionOf(graphs: Section['graphs']): string {
  const [first] = graphs[0]?.series ?? []
  const metric = first && 'expression' in first ? first.of[0] : first
  return metric?.dimensions[0]?.[1] ?? ''
}

function titled(isThere: boolean, text: readonly string[], widgets: Widget[]): Widget[] {
  return isThere && widgets.length > 0 ? [textWidget(text), ...widgets] : []
}

function runbookLine(runbook: string | undefined): string[] {
  return runbook === undefined ? [] : ['', `[runbook](${runbook})`]
}

function sectionDraft(
  section: Section,
  { evt }: Watched,
  { prefix, marks, runbook }: DashboardOptions,
  names: PageNames,
): Draft {
  const back = `[overview](#dashboards:name=${pageName(prefix, 'overview')})`
  // Deliveries and latency: whether events suffer from what is seen here.
  const beside = (evt?.graphs ?? []).slice(0, 2).map((graph) => graphWidget(graph, marks))
  return {
    name: names.get(section) ?? '',
    head: textWidget([...section.text, ...runbookLine(runbook), '', `${back} · ${MADE}`]),
    widgets: [
      ...section.graphs.map((graph) => graphWidget(graph, marks)),
      ...titled(
        beside.length > 0,
        ['## Events at the same time, as evt measures them', '', ...(evt?.commands ?? [])],
        beside,
      ),
    ],
  }
}
