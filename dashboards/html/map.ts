import { brief, type Html, html } from './html.js'
import { BOX_HEIGHT, BOX_WIDTH, type MapEdge, type MapNode, type Placed, placed } from './layout.js'
import { counted } from './whole.js'

const NAME_COLUMNS = 120
const BOX_COLUMNS = 26
const MARGIN = 12

export interface WayMap {
  readonly nodes: readonly MapNode[]
  readonly edges: readonly MapEdge[]
  /** What the drawing means, in a sentence. */
  readonly legend: string
}

/** What leads where as a drawing; of a large one, what ranks first, and then what has most
 * edges. */
export function wayMap({ legend, ...graph }: WayMap): Html {
  const map = placed(graph)
  const { nodes, edges, hidden } = map
  const [width, height] = [map.width + 2 * MARGIN, map.height + 2 * MARGIN]
  const rest = hidden.nodes + hidden.edges
  const more = `${counted(hidden.nodes, 'node')} and ${counted(hidden.edges, 'edge')} are left out`
  const label = `${counted(nodes.length, 'node')}; what leads where is in the table below`
  return html`<figure class="map">
<figcaption><p class="legend">${legend}
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
  const kind = `way${edge.isDashed ? ' dashed' : ''}${edge.isWrong ? ' wrong' : ''}`
  return html`<g class="${kind}" data-from="${from}" data-to="${to}">
<polyline points="${way}"/><circle cx="${last.x + MARGIN}" cy="${last.y + MARGIN}" r="3"/>
<text x="${x + MARGIN}" y="${y + MARGIN - 4}">${edge.via}</text></g>
`
}

function nodeShape({ node, x, y }: Placed['nodes'][number], n: number): Html {
  const { kind, name, declared } = node
  const [left, top] = [x + MARGIN - BOX_WIDTH / 2, y + MARGIN - BOX_HEIGHT / 2]
  return html`<g class="${declared ? 'node' : 'node elsewhere'}" data-node="${n}"
data-name="${brief(name, NAME_COLUMNS)}">
<title>${brief(`${kind} ${name}`, NAME_COLUMNS)}</title>
<rect x="${left}" y="${top}" width="${BOX_WIDTH}" height="${BOX_HEIGHT}" rx="4"/>
<text class="what" x="${left + 8}" y="${top + 15}">${kind}</text>
<text x="${left + 8}" y="${top + 31}">${brief(name, BOX_COLUMNS)}</text></g>
`
}
