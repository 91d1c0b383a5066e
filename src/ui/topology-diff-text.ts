import pc from 'picocolors'
import type { JsonValue } from '../event/event.js'
import { isSame, type TopologyDiff } from '../topology/diff.js'
import type { MovedEvents } from '../topology/moved.js'
import { markdownText } from './markdown.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { counted, textOf } from './topology-text.js'
import { shortened } from './width.js'
import { wrapped } from './wrapped.js'

/** What is new, gone and otherwise, the dangerous first. */
export function topologyDiffText(diff: TopologyDiff, style: TextStyle): string {
  const { red } = pc.createColors(style.color)
  const bad = [
    ...diff.newCycles.map(({ explanation }) => `a new cycle: ${explanation}`),
    ...diff.lostConsumers.map(({ on, lost, left }) => {
      const rest = left === 0 ? 'nobody reads it now' : `${left} still do`
      return `${on} is no longer read by ${lost.join(', ')}; ${rest}`
    }),
    ...(diff.movedEvents ?? []).map((moved) => `${samplesOf(moved)} ${goingOf(moved)}`),
  ]
  const told = bad.flatMap((text) => {
    const [first = '', ...rest] = wrapped(safeText(text), style.width - 2)
    return [`${red('!')} ${first}`, ...rest.map((line) => `  ${line}`)]
  })
  const lines = changes(diff).map(({ sign, what }) => shortened(`${sign} ${what}`, style.width))
  return textOf([[headline(diff)], told, lines], style)
}

function samplesOf({ source, type, count }: MovedEvents): string {
  const named = [source, type].filter((text) => text !== '').join(' ')
  return `${counted(count, 'sample event')}${named === '' ? '' : ` ${named}`}:`
}

function goingOf({ lost, gained }: MovedEvents): string {
  const parts = [
    ...(lost.length > 0 ? [`no longer to ${lost.join(', ')}`] : []),
    ...(gained.length > 0 ? [`now to ${gained.join(', ')}`] : []),
  ]
  return parts.join('; ')
}

function headline(diff: TopologyDiff): string {
  const { nodes, edges, a, b } = diff
  const from = safeText(`${a.join(' ')} → ${b.join(' ')}`)
  if (isSame(diff)) return `no difference   ${from}`
  const parts = [
    `${both(nodes.added, edges.added)} new`,
    `${both(nodes.removed, edges.removed)} gone`,
    ...(edges.changed.length > 0 ? [`${counted(edges.changed.length, 'edge')} changed`] : []),
  ]
  return `${parts.join(', ')}   ${from}`
}

function both(nodes: readonly unknown[], edges: readonly unknown[]): string {
  return `${counted(nodes.length, 'node')} and ${counted(edges.length, 'edge')}`
}

interface Change {
  readonly sign: '+' | '-' | '~'
  readonly what: string
}

function changes({ nodes, edges }: TopologyDiff): Change[] {
  const when = (value: JsonValue) =>
    value === null ? '' : `  ${typeof value === 'string' ? value : JSON.stringify(value)}`
  const way = ({ from, to, via }: { from: string; to: string; via: string }) =>
    `${from} > ${to}  ${via}`
  const all: Change[] = [
    ...nodes.added.map(({ id }) => ({ sign: '+' as const, what: id })),
    ...nodes.removed.map(({ id }) => ({ sign: '-' as const, what: id })),
    ...edges.added.map((edge) => ({ sign: '+' as const, what: way(edge) + when(edge.when) })),
    ...edges.removed.map((edge) => ({ sign: '-' as const, what: way(edge) + when(edge.when) })),
    ...edges.changed.map((edge) => {
      const [before, after] = [edge.before, edge.after].map((each) => JSON.stringify(each))
      return { sign: '~' as const, what: `${way(edge)}  ${before} becomes ${after}` }
    }),
  ]
  return all.map(({ sign, what }) => ({ sign, what: safeText(what) }))
}

/** For the comment of a pull request. */
export function topologyDiffMarkdown(diff: TopologyDiff): string {
  const bad = [
    ...diff.newCycles.map(({ explanation }) => ['new cycle', explanation]),
    ...diff.lostConsumers.map(({ on, lost }) => ['lost consumer', `${on}: ${lost.join(', ')}`]),
    ...(diff.movedEvents ?? []).map((moved) => [
      'moved event',
      `${samplesOf(moved)} ${goingOf(moved)}`,
    ]),
  ]
  const rows = [...bad, ...changes(diff).map(({ sign, what }) => [sign, what])]
  const columns = ['change', 'what'].map((name) => ({ name, type: 'text' as const }))
  const table = markdownText({ columns, rows, metadata: {} })
  const many = isSame(diff) ? 'no difference' : counted(rows.length, 'change')
  const head = `### evt topology diff: ${many}`
  return rows.length === 0 ? head : `${head}\n\n${table}`
}
