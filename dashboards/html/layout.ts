import { Graph, layout } from '@dagrejs/dagre'

/** More than these take long to lay out, and nobody reads them as a drawing. */
const MOST_NODES = 300
const MOST_EDGES = 600

export const BOX_WIDTH = 190
export const BOX_HEIGHT = 40
const LETTER_WIDTH = 6.5

/** What is drawn as a box. */
export interface MapNode {
  readonly id: string
  /** The line above its name. */
  readonly kind: string
  readonly name: string
  /** Whether it is of what is drawn, and not only named by it. */
  readonly declared: boolean
  /** Where not all are drawn, those of a higher one come first; 0 if unsaid. */
  readonly rank?: number
}

/** A way from one box to another, by their ids. */
export interface MapEdge {
  readonly from: string
  readonly to: string
  /** What stands at it. */
  readonly via: string
  /** Taken sometimes. */
  readonly isDashed?: boolean
  readonly isWrong?: boolean
}

interface Graphed {
  readonly nodes: readonly MapNode[]
  readonly edges: readonly MapEdge[]
}

interface Point {
  readonly x: number
  readonly y: number
}

/** A node with the middle of its box. */
interface PlacedNode extends Point {
  readonly node: MapNode
}

/** An edge with the points that it goes by, and where it is named. */
interface PlacedEdge extends Point {
  readonly edge: MapEdge
  readonly from: number
  readonly to: number
  readonly points: readonly Point[]
}

/** A drawing in a box from 0, 0. */
export interface Placed {
  readonly width: number
  readonly height: number
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
  readonly hidden: { readonly nodes: number; readonly edges: number }
}

/** Lays ways out from left to right, as events go; of many, those of what ranks first, and then of
 * what has most of them. */
export function placed(of: Graphed): Placed {
  const nodes = drawn(of)
  const numbers = new Map(nodes.map(({ id }, n) => [id, n]))
  const ends = of.edges.flatMap((edge) => {
    const [from, to] = [numbers.get(edge.from), numbers.get(edge.to)]
    return from === undefined || to === undefined ? [] : [{ edge, from, to }]
  })
  const isFirst = ({ edge }: (typeof ends)[number]) => edge.isWrong === true
  const [first, others] = [ends.filter(isFirst), ends.filter((end) => !isFirst(end))]
  const shown = ends.length > MOST_EDGES ? [...first, ...others].slice(0, MOST_EDGES) : ends
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 24, edgesep: 8 })
  const box = { width: BOX_WIDTH, height: BOX_HEIGHT }
  for (const [n] of nodes.entries()) graph.setNode(`${n}`, { ...box })
  for (const [n, { edge, from, to }] of shown.entries()) {
    const label = { width: edge.via.length * LETTER_WIDTH, height: 14, labelpos: 'c' as const }
    graph.setEdge(`${from}`, `${to}`, label, `${n}`)
  }
  layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  return {
    ...{ width: finite(width), height: finite(height) },
    nodes: nodes.map((node, n) => ({ node, ...pointOf(graph.node(`${n}`)) })),
    edges: shown.map(({ edge, from, to }, n) => {
      const at = graph.edge({ v: `${from}`, w: `${to}`, name: `${n}` })
      return { edge, from, to, ...pointOf(at), points: (at?.points ?? []).map(pointOf) }
    }),
    hidden: {
      nodes: of.nodes.length - nodes.length,
      edges: of.edges.length - shown.length,
    },
  }
}

function drawn({ nodes, edges }: Graphed): MapNode[] {
  if (nodes.length <= MOST_NODES) return [...nodes]
  const degrees = new Map<string, number>()
  for (const { from, to } of edges) {
    for (const id of [from, to]) degrees.set(id, (degrees.get(id) ?? 0) + 1)
  }
  const rank = ({ rank = 0 }: MapNode) => rank
  const degree = ({ id }: MapNode) => degrees.get(id) ?? 0
  const sorted = [...nodes].sort((a, b) => rank(b) - rank(a) || degree(b) - degree(a))
  const kept = new Set(sorted.slice(0, MOST_NODES))
  return nodes.filter((node) => kept.has(node))
}

function pointOf(point: { x?: number; y?: number } | undefined): Point {
  return { x: finite(point?.x), y: finite(point?.y) }
}

/** An empty graph has no width. */
function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? Math.round(value) : 0
}
