import type { CausationGraph } from '../../src/loops/causation-graph.js'
import type { FoundLoop } from '../../src/loops/result.js'
import { countText, durationText } from '../../src/ui/numbers.js'
import { brief, type Html, html } from './html.js'
import { wayMap } from './map.js'
import { section } from './page.js'
import { dataTable, figure } from './table.js'
import { counted } from './whole.js'

/** More cannot be told apart. */
const MOST_WAYS = 120
const [MOST_ROWS, MOST_LOOPS] = [200, 200]
const [NAME_COLUMNS, EXPLAIN_COLUMNS] = [120, 2_000]

const title = 'What causes what'

/** What events were seen to cause. */
export interface Causation {
  readonly graph: CausationGraph
  readonly loops: readonly FoundLoop[]
  /** Not all that came is remembered, but so long at least, as it was written. */
  readonly bounded?: string
}

/** What was seen to cause what, as a map and as a table, and the loops in it. */
export function causationSections({ graph, loops, bounded }: Causation): Html[] {
  const why = `Of what came in the last ${bounded} at least: what came before is forgotten.`
  const only = bounded === undefined ? null : html`<p class="legend">${why}</p>`
  if (graph.edges.length === 0) {
    const none = 'No event names a cause that is here: --map causationId=$.path says where it is.'
    return [section('causes', title, html`<p>${none}</p>`, only)]
  }
  const shown = loops.slice(0, MOST_LOOPS)
  const list = shown.map(({ explain }) => html`<li>${brief(explain, EXPLAIN_COLUMNS)}</li>\n`)
  return [
    section(
      ...(['causes', title] as const),
      loops.length === 0
        ? html`<p>No chain went the same way round again and again.</p>`
        : html`<ul class="statements">${list}</ul>`,
      only,
      mapOf(graph, loops.length > 0),
      edgeTable(graph),
    ),
  ]
}

/** The map and its table alone: what is round is told elsewhere. */
export function causationMap({ graph, loops }: Causation): Html {
  return section('causes', title, mapOf(graph, loops.length > 0), edgeTable(graph))
}

function mapOf({ nodes, edges }: CausationGraph, isRoundWrong: boolean): Html {
  // From a box to itself there is no room for a line.
  const own = new Map(
    edges.flatMap(({ from, to, events }) => (from === to ? [[from, events]] : [])),
  )
  const ways = edges.filter(({ from, to }) => from !== to)
  const drawn = ways.slice(0, MOST_WAYS)
  const rest = ways.length - drawn.length
  const ends = new Set([...own.keys(), ...drawn.flatMap(({ from, to }) => [from, to])])
  return wayMap({
    nodes: nodes.flatMap(({ name, events }, n) => {
      if (!ends.has(n)) return []
      const itself = own.get(n)
      const caused = itself === undefined ? '' : `, ${countText(itself)} by itself`
      return [{ id: `${n}`, kind: `${counted(events, 'event')}${caused}`, name, declared: true }]
    }),
    edges: drawn.map(({ from, to, events, isRound }) => {
      const via = isRound ? `${countText(events)} round` : countText(events)
      return { from: `${from}`, to: `${to}`, via, isWrong: isRound && isRoundWrong }
    }),
    legend:
      'Causes stand left of their effects, with how many effects there are; round: by whatever ' +
      'way, effects lead back to their cause.' +
      (rest > 0 ? ` Of ${countText(ways.length)} ways, the ${MOST_WAYS} most frequent.` : ''),
  })
}

function edgeTable({ nodes, edges }: CausationGraph): Html {
  const name = (n: number) => ({ text: brief(nodes[n]?.name ?? '', NAME_COLUMNS) })
  const hidden = edges.length - MOST_ROWS
  const more = html`<p class="more">… ${countText(hidden)} rarer ones</p>`
  return html`${dataTable({
    ...{ caption: 'Causes and effects', isSortable: edges.length > 1, isNamed: false },
    columns: [
      ...['cause', 'effect'].map((title) => ({ title })),
      ...['effects', 'p50 after', 'max after'].map((title) => ({ title, isNumber: true })),
      { title: 'leads back' },
    ],
    rows: edges
      .slice(0, MOST_ROWS)
      .map(({ from, to, events, p50Ms, maxMs, isRound }) => [
        ...[name(from), name(to)],
        figure(countText(events), events),
        figure(durationText(p50Ms, 3), p50Ms),
        figure(durationText(maxMs, 3), maxMs),
        { text: isRound ? 'yes' : '' },
      ]),
  })}${hidden > 0 ? more : null}`
}
