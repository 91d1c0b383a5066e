import type { Finding, Topology, TopologyNode, TopologyResult } from '../../src/topology/model.js'
import { countText } from '../../src/ui/numbers.js'
import { brief, type Html, html } from './html.js'
import { type Made, pageText, section } from './page.js'
import { dataTable } from './table.js'
import { BOX_HEIGHT, BOX_WIDTH, type Placed, placed } from './topology-layout.js'
import { counted, titleOf } from './whole.js'

const MOST_ROWS = 5_000
const NAME_COLUMNS = 120
const BOX_COLUMNS = 26
const WHEN_COLUMNS = 300
const EXPLAIN_COLUMNS = 2_000
const MARGIN = 12

/** Ways that are taken sometimes. */
const dashed = /^(dlq|redrive|failure|replay|permission)$/

/** `evt topology show -o html`: the wiring as a map, its findings, and both as tables. */
export async function topologyPage(result: TopologyResult, made: Made): Promise<string> {
  const { nodes, edges, findings, gaps } = result
  return pageText({
    kind: 'evt topology show',
    title: titleOf(result.sources),
    marks: [],
    facts: [counted(nodes.length, 'node'), counted(edges.length, 'edge')],
    sections: [
      section('map', 'The map', topologyMap(result)),
      section('findings', 'Findings', findingTable(findings)),
      section('edges', 'What leads where', edgeTable(result)),
      section('nodes', 'Nodes', nodeTable(result)),
      ...(gaps.length === 0 ? [] : [section('gaps', 'What is not known', gapTable(result))]),
    ],
    next: [],
    made,
  })
}

/** The wiring as a drawing; of a large one, what has most edges. */
export function topologyMap(topology: Topology): Html {
  return mapFigure(placed(topology))
}

function mapFigure(map: Placed): Html {
  const { nodes, edges, hidden } = map
  const [width, height] = [map.width + 2 * MARGIN, map.height + 2 * MARGIN]
  const rest = hidden.nodes + hidden.edges
  const more = `${counted(hidden.nodes, 'node')} and ${counted(hidden.edges, 'edge')} are left out`
  const label = `${counted(nodes.length, 'node')}; what leads where is in the table below`
  return html`<figure class="map">
<figcaption><p class="legend">Events go from left to right; dashed is what is taken sometimes.
What a press on a node leaves is what leads to it, and from it.</p></figcaption>
<div class="scroll" role="region" aria-label="the map" tabindex="0">
<svg role="group" aria-label="${label}" width="${width}" height="${height}"
viewBox="0 0 ${width} ${height}">
<g class="ways">${edges.map(edgeShape)}</g>
${nodes.map(nodeShape)}
</svg>
</div>
${rest > 0 ? html`<p class="more">${more}: the tables have them</p>` : null}
</figure>`
}

function edgeShape({ edge, from, to, points, x, y }: Placed['edges'][number]): Html {
  const way = points.map((at) => `${at.x + MARGIN},${at.y + MARGIN}`).join(' ')
  const last = points.at(-1) ?? { x, y }
  const kind = dashed.test(edge.via) ? 'way dashed' : 'way'
  return html`<g class="${kind}" data-from="${from}" data-to="${to}">
<polyline points="${way}"/><circle cx="${last.x + MARGIN}" cy="${last.y + MARGIN}" r="3"/>
<text x="${x + MARGIN}" y="${y + MARGIN - 4}">${edge.via}</text></g>
`
}

function nodeShape({ node, x, y }: Placed['nodes'][number], n: number): Html {
  const { kind, name, declared } = node
  const [left, top] = [x + MARGIN - BOX_WIDTH / 2, y + MARGIN - BOX_HEIGHT / 2]
  return html`<g class="${declared ? 'node' : 'node elsewhere'}" data-node="${n}">
<title>${brief(`${kind} ${name}`, NAME_COLUMNS)}</title>
<rect x="${left}" y="${top}" width="${BOX_WIDTH}" height="${BOX_HEIGHT}" rx="4"/>
<text class="what" x="${left + 8}" y="${top + 15}">${kind}</text>
<text x="${left + 8}" y="${top + 31}">${brief(name, BOX_COLUMNS)}</text></g>
`
}

export function findingTable(findings: readonly Finding[]): Html {
  if (findings.length === 0) return html`<p>Nothing was found to be wrong.</p>`
  const names = ['severity', 'finding', 'on', 'why', 'fix']
  return limited(findings, (rows) =>
    dataTable({
      ...{ caption: 'Findings', isSortable: true, isNamed: false },
      columns: names.map((title) => ({ title })),
      rows: rows.map(({ severity, id, on, explanation, fix }) => [
        { text: severity, wrong: severity === 'error' },
        ...[id, brief(on, NAME_COLUMNS)].map((text) => ({ text })),
        ...[explanation, fix].map((text) => ({ text: brief(text, EXPLAIN_COLUMNS) })),
      ]),
    }),
  )
}

export function edgeTable({ edges }: Topology): Html {
  return limited(edges, (rows) =>
    dataTable({
      ...{ caption: 'What leads where', isSortable: true, isNamed: false },
      columns: ['from', 'via', 'to', 'when'].map((title) => ({ title })),
      rows: rows.map(({ from, via, to, when }) => [
        ...[brief(from, NAME_COLUMNS), via, brief(to, NAME_COLUMNS)].map((text) => ({ text })),
        { text: when === null ? '' : brief(JSON.stringify(when), WHEN_COLUMNS) },
      ]),
    }),
  )
}

function nodeTable({ nodes }: Topology): Html {
  const where = ({ at, declared }: TopologyNode) =>
    at ?? (declared ? 'seen or given' : 'not declared here')
  return limited(nodes, (rows) =>
    dataTable({
      ...{ caption: 'Nodes', isSortable: true, isNamed: false },
      columns: ['kind', 'name', 'where'].map((title) => ({ title })),
      rows: rows.map((node) => [
        ...[node.kind, brief(node.name, NAME_COLUMNS), brief(where(node), NAME_COLUMNS)].map(
          (text) => ({ text }),
        ),
      ]),
    }),
  )
}

function gapTable({ gaps }: Topology): Html {
  return limited(gaps, (rows) =>
    dataTable({
      ...{ caption: 'What is not known', isNamed: false },
      columns: ['at', 'what'].map((title) => ({ title })),
      rows: rows.map(({ at, explain }) => [
        { text: brief(at, NAME_COLUMNS) },
        { text: brief(explain, EXPLAIN_COLUMNS) },
      ]),
    }),
  )
}

function limited<T>(all: readonly T[], table: (rows: readonly T[]) => Html): Html {
  const hidden = all.length - MOST_ROWS
  const more = html`<p class="more">… ${countText(hidden)} more: --output json shows all</p>`
  return html`${table(all.slice(0, MOST_ROWS))}${hidden > 0 ? more : null}`
}
