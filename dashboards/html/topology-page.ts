import type { Finding, Topology, TopologyNode, TopologyResult } from '../../src/topology/model.js'
import { countText } from '../../src/ui/numbers.js'
import { brief, type Html, html } from './html.js'
import { wayMap } from './map.js'
import { type Made, pageText, section } from './page.js'
import { dataTable } from './table.js'
import { counted, titleOf } from './whole.js'

const MOST_ROWS = 5_000
const NAME_COLUMNS = 120
const WHEN_COLUMNS = 300
const EXPLAIN_COLUMNS = 2_000

/** Ways that are taken sometimes. */
const dashed = /^(dlq|redrive|failure|replay|permission)$/

/** `evt topology show -o html`: the wiring as a map, its findings, and both as tables. */
export async function topologyPage(
  result: TopologyResult,
  made: Made,
  kind = 'evt topology show',
): Promise<string> {
  const { nodes, edges, findings, gaps } = result
  return pageText({
    kind,
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

/** The wiring as a drawing; of a large one, cycles, what errors are about, what has most edges. */
export function topologyMap({ nodes, edges, findings }: TopologyResult): Html {
  const cycles = findings.filter(({ id }) => id === 'cycle')
  const wrong = new Set(cycles.flatMap(({ witnesses }) => stepsRound(witnesses)))
  const errors = findings.filter(({ severity }) => severity === 'error')
  const ranks = new Map(errors.map(({ on }) => [on, 1]))
  for (const id of cycles.flatMap(({ witnesses }) => witnesses)) ranks.set(id, 2)
  const round = wrong.size > 0 ? '; thick and red is what comes round' : ''
  return wayMap({
    nodes: nodes.map((node) => ({ ...node, rank: ranks.get(node.id) ?? 0 })),
    edges: edges.map(({ from, to, via }) => {
      const isWrong = wrong.has(stepKey(from, to))
      return { from, to, via, isDashed: dashed.test(via), isWrong }
    }),
    legend: `Events go from left to right; dashed is what is taken sometimes${round}.`,
  })
}

/** From each node of a cycle to the next one. */
function stepsRound(ids: readonly string[]): string[] {
  return ids.map((from, n) => stepKey(from, ids[(n + 1) % ids.length] ?? ''))
}

function stepKey(from: string, to: string): string {
  return JSON.stringify([from, to])
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
