import pc from 'picocolors'
import type { JsonValue } from '../event/event.js'
import { Graph } from '../topology/graph.js'
import type { Gap, Topology, TopologyEdge, TopologyNode } from '../topology/model.js'
import { asciiText } from './ascii.js'
import { countText } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Cell, type Column, usedLines } from './table.js'
import { treePrefixes } from './trace-tree.js'
import { wrapped } from './wrapped.js'

const MOST_ROWS = 500
const MOST_GAPS = 20

/** Where events go, as a tree from where they begin; what stands above already is not repeated. */
export function topologyText(topology: Topology, style: TextStyle): string {
  const rows = rowsOf(topology)
  const prefixes = treePrefixes(rows)
  const shown = rows.slice(0, MOST_ROWS)
  const cells = shown.map((row, n) => cellsOf(row, prefixes[n] ?? '', style))
  const hidden = rows.length - shown.length
  const more = hidden > 0 ? [`… ${countText(hidden)} more lines, which -o json has`] : []
  const tree = [...usedLines(columns, cells, style), ...more]
  const parts = [[headline(topology)], tree, gapLines(topology.gaps, style)]
  return textOf(parts, style)
}

export function textOf(parts: readonly (readonly string[])[], style: TextStyle): string {
  const text = parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
  return style.unicode ? text : asciiText(text)
}

export function headline({ sources, nodes, edges, gaps }: Topology): string {
  const told = gaps.filter(isTold).length
  const where = sources.length > 3 ? `${sources.length} templates` : sources.join(' ')
  const unknown = told === 0 ? '' : `   ${counted(told, 'gap')}`
  const size = `${counted(nodes.length, 'node')}, ${counted(edges.length, 'edge')}`
  return `${size}   ${safeText(where)}${unknown}`
}

export function counted(count: number, one: string): string {
  return `${countText(count)} ${one}${count === 1 ? '' : 's'}`
}

interface TreeRow {
  /** The row that leads here; null where it begins. */
  cause: number | null
  node: TopologyNode
  edge: TopologyEdge | undefined
  /** Its own effects stand elsewhere. */
  isAgain: boolean
}

function rowsOf(topology: Topology): TreeRow[] {
  const { nodes } = topology
  const graph = new Graph(topology)
  const rows: TreeRow[] = []
  const seen = new Set<string>()
  // What is fed by nothing comes first; what is left then lies on cycles.
  const origins = [...nodes.filter(({ id }) => graph.in(id).length === 0), ...nodes]
  for (const origin of origins) {
    if (seen.has(origin.id)) continue
    const open: { node: TopologyNode; cause: number | null; edge?: TopologyEdge }[] = [
      { node: origin, cause: null },
    ]
    for (let next = open.pop(); next; next = open.pop()) {
      const { node, cause, edge } = next
      const isAgain = seen.has(node.id)
      const ways = graph.out(node.id)
      const at = rows.push({ cause, node, edge, isAgain: isAgain && ways.length > 0 }) - 1
      if (isAgain) continue
      seen.add(node.id)
      for (const one of [...ways].reverse()) {
        const to = graph.node(one.to)
        if (to) open.push({ node: to, cause: at, edge: one })
      }
    }
  }
  return rows
}

const columns: readonly Column[] = [
  { title: 'node', align: 'left', shrinkTo: 40 },
  { title: 'via', align: 'left' },
  { title: 'when', align: 'left', shrinkTo: 24, luxury: 1 },
  { title: '', align: 'left', luxury: 2 },
]

function cellsOf({ node, edge, isAgain }: TreeRow, prefix: string, style: TextStyle): Cell[] {
  const { bold } = pc.createColors(style.color)
  const name = `${node.kind} ${safeText(node.name)}`
  const marks = [
    ...(isAgain ? ['see above'] : []),
    ...(node.declared ? [] : ['not declared here']),
    ...(node.facts.isFifo ? ['FIFO'] : []),
    ...(node.facts.isDisabled || edge?.facts.isDisabled ? ['disabled'] : []),
  ]
  return [
    { text: `${prefix}${prefix === '' ? bold(name) : name}` },
    { text: edge?.via ?? '' },
    { text: whenText(edge?.when ?? null) },
    { text: marks.join(', ') },
  ]
}

function whenText(when: JsonValue): string {
  if (when === null) return ''
  return safeText(typeof when === 'string' ? when : JSON.stringify(when))
}

/** Types that are not read are many, and rarely of use. */
function isTold({ kind, explain }: Gap): boolean {
  return kind !== 'type' || !explain.endsWith('not read')
}

export function gapLines(gaps: readonly Gap[], { width }: TextStyle): string[] {
  const told = gaps.filter(isTold)
  const unread = gaps.length - told.length
  const lines = told.slice(0, MOST_GAPS).map(({ at, explain }) => `${at}: ${explain}`)
  const hidden = told.length - lines.length
  const notes = [
    ...lines,
    ...(hidden > 0 ? [`${countText(hidden)} more gaps, which -o json has`] : []),
    ...(unread > 0 ? [`${counted(unread, 'type')} of resources without a part in this`] : []),
  ]
  return notes.flatMap((note) => {
    const [first = '', ...rest] = wrapped(safeText(note), width - 2)
    return [`· ${first}`, ...rest.map((line) => `  ${line}`)]
  })
}
