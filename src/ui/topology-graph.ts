import type { EdgeKind, Topology } from '../topology/model.js'
import { safeText } from './safe-text.js'
import { mermaidText } from './trace-mermaid.js'

/** Mermaid draws no more than so many edges. */
const MOST_EDGES = 500

/** Ways that events take only at times: by a permission, or after a failure. */
const sometimes: ReadonlySet<EdgeKind> = new Set([
  ...(['permission', 'dlq', 'redrive', 'failure', 'replay'] as const),
])

/** A flowchart; dotted where something goes only at times. */
export function topologyMermaid({ nodes, edges }: Topology): string {
  const shown = edges.slice(0, MOST_EDGES)
  const used = new Set(shown.flatMap(({ from, to }) => [from, to]))
  const isWhole = shown.length === edges.length
  const drawn = nodes.filter(({ id }) => isWhole || used.has(id))
  const numbers = new Map(drawn.map(({ id }, n) => [id, n]))
  const boxes = drawn.map(({ kind, name }, n) => `  n${n}["${mermaidText(`${kind} ${name}`)}"]`)
  const arrows = shown.map(({ from, to, via }) => {
    const arrow = sometimes.has(via) ? '-.->' : '-->'
    return `  n${numbers.get(from)} ${arrow}|${via}| n${numbers.get(to)}`
  })
  const rest = edges.length - shown.length
  const more = rest > 0 ? [`  more["… ${rest} more edges"]`] : []
  return ['flowchart LR', ...boxes, ...arrows, ...more].join('\n')
}

/** For Graphviz. */
export function topologyDot({ nodes, edges }: Topology): string {
  const boxes = nodes.map(({ id, kind, name, declared }) => {
    const style = declared ? '' : ', style=dashed'
    return `  ${quoted(id)} [label=${quoted(`${kind}\n${name}`)}${style}];`
  })
  const arrows = edges.map(({ from, to, via }) => {
    const style = sometimes.has(via) ? ', style=dashed' : ''
    return `  ${quoted(from)} -> ${quoted(to)} [label=${quoted(via)}${style}];`
  })
  const begin = ['digraph topology {', '  rankdir=LR;', '  node [shape=box];']
  return [...begin, ...boxes, ...arrows, '}'].join('\n')
}

/** A text of DOT: quotes and backslashes escaped; lines are kept apart. */
function quoted(text: string): string {
  const lines = text.split('\n').map((line) => safeText(line).replace(/["\\]/g, '\\$&'))
  return `"${lines.join('\\n')}"`
}
