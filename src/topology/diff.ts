import type { JsonObject } from '../event/event.js'
import type { EdgeKind, Finding, TopologyEdge, TopologyNode, TopologyResult } from './model.js'
import { type MovedEvents, movedEvents } from './moved.js'

type DiffNode = Pick<TopologyNode, 'id' | 'kind' | 'name'>
type DiffEdge = Pick<TopologyEdge, 'from' | 'to' | 'via' | 'when'>

/** `evt.topologyDiff/1`. */
export interface TopologyDiff {
  schema: 'evt.topologyDiff/1'
  a: string[]
  b: string[]
  nodes: { added: DiffNode[]; removed: DiffNode[] }
  edges: { added: DiffEdge[]; removed: DiffEdge[]; changed: ChangedEdge[] }
  newCycles: Finding[]
  lostConsumers: LostConsumer[]
  /** Sample events that now go elsewhere, where some were given. */
  movedEvents?: MovedEvents[]
}

/** An edge that chooses otherwise than before, else one on which other events are sent. */
interface ChangedEdge {
  from: string
  to: string
  via: EdgeKind
  before: TopologyEdge['when'][]
  after: TopologyEdge['when'][]
}

/** A node that is there as before, and is read by fewer. */
interface LostConsumer {
  on: string
  lost: string[]
  /** How many read it still. */
  left: number
}

/** What a change of the wiring does.
 * @param samples events that are followed through both; undefined: none were given */
export function topologyDiff(
  a: TopologyResult,
  b: TopologyResult,
  samples?: readonly JsonObject[],
): TopologyDiff {
  const [ofA, ofB] = [takenEdges(a), takenEdges(b)]
  const [before, after] = [byWay(ofA), byWay(ofB)]
  const missingIn = (others: ReadonlyMap<string, unknown>) => (edge: TopologyEdge) =>
    !others.has(wayOf(edge))
  return {
    schema: 'evt.topologyDiff/1',
    ...{ a: a.sources, b: b.sources },
    nodes: { added: nodesBeyond(b, a), removed: nodesBeyond(a, b) },
    edges: {
      added: ofB.filter(missingIn(before)).map(edgeOf),
      removed: ofA.filter(missingIn(after)).map(edgeOf),
      changed: changedEdges(before, after),
    },
    newCycles: newCycles(a, b),
    lostConsumers: lostConsumers(a, b),
    ...(samples && { movedEvents: movedEvents(a, b, samples) }),
  }
}

/** Whether nothing is otherwise than before. */
export function isSame({ nodes, edges }: TopologyDiff): boolean {
  const lists = [nodes.added, nodes.removed, edges.added, edges.removed, edges.changed]
  return lists.every((list) => list.length === 0)
}

/** Without what is turned off, and with it leads nowhere. */
function takenEdges({ nodes, edges }: TopologyResult): TopologyEdge[] {
  const off = new Set(nodes.filter(({ facts }) => facts.isDisabled).map(({ id }) => id))
  return edges.filter(({ from, to, facts }) => !facts.isDisabled && !off.has(from) && !off.has(to))
}

function nodesBeyond({ nodes }: TopologyResult, others: TopologyResult): DiffNode[] {
  const known = new Set(others.nodes.map(({ id }) => id))
  return nodes.filter(({ id }) => !known.has(id)).map(({ id, kind, name }) => ({ id, kind, name }))
}

function edgeOf({ from, to, via, when }: TopologyEdge): DiffEdge {
  return { from, to, via, when }
}

function wayOf({ from, to, via }: TopologyEdge): string {
  return JSON.stringify([from, to, via])
}

/** Several edges may lead one way, such as subscriptions with filters of their own. */
function byWay(edges: readonly TopologyEdge[]): Map<string, TopologyEdge[]> {
  const ways = new Map<string, TopologyEdge[]>()
  for (const edge of edges) {
    const list = ways.get(wayOf(edge))
    if (list) list.push(edge)
    else ways.set(wayOf(edge), [edge])
  }
  return ways
}

function changedEdges(
  before: ReadonlyMap<string, TopologyEdge[]>,
  after: ReadonlyMap<string, TopologyEdge[]>,
): ChangedEdge[] {
  return [...after].flatMap(([way, edges]) => {
    const [old = [], [edge]] = [before.get(way), edges]
    const field = (['when', 'sends'] as const).find((name) => {
      const [was, is] = [old, edges].map((list) => JSON.stringify(list.map((one) => one[name])))
      return was !== is
    })
    if (old.length === 0 || !edge || !field) return []
    const { from, to, via } = edge
    const [was, is] = [old, edges].map((list) => list.map((one) => one[field]))
    return [{ from, to, via, before: was ?? [], after: is ?? [] }]
  })
}

function cyclesOf({ findings, suppressed }: TopologyResult): Finding[] {
  return [...findings, ...suppressed].filter(({ id }) => id === 'cycle' || id === 'guardedCycle')
}

/** Those that A had not: neither found, nor there all the same beside a shorter one. */
function newCycles(a: TopologyResult, b: TopologyResult): Finding[] {
  const keyOf = ({ id, witnesses }: Finding) => JSON.stringify([id, witnesses])
  const known = new Set(cyclesOf(a).map(keyOf))
  const [ofA, ofB] = [takenEdges(a), takenEdges(b)]
  const edges = new Set(ofA.map(stepOf))
  const added = new Set(ofB.filter((edge) => !edges.has(stepOf(edge))).map(pairOf))
  return cyclesOf(b).filter((finding) => {
    const { witnesses: path } = finding
    const pairs = path.map((from, n) => JSON.stringify([from, path[(n + 1) % path.length]]))
    return !known.has(keyOf(finding)) && pairs.some((pair) => added.has(pair))
  })
}

function stepOf({ from, to, via, when, sends }: TopologyEdge): string {
  return JSON.stringify([from, to, via, when, sends])
}

function pairOf({ from, to }: TopologyEdge): string {
  return JSON.stringify([from, to])
}

/** Ways by which nobody reads. */
const noReading: ReadonlySet<EdgeKind> = new Set(['dlq', 'redrive', 'failure', 'replay'])

function lostConsumers(a: TopologyResult, b: TopologyResult): LostConsumer[] {
  const there = new Set(b.nodes.map(({ id }) => id))
  const [before, after] = [readersOf(a), readersOf(b)]
  return [...before].flatMap(([on, readers]) => {
    const left = after.get(on) ?? new Set()
    const lost = [...readers].filter((reader) => !left.has(reader))
    return there.has(on) && lost.length > 0 ? [{ on, lost, left: left.size }] : []
  })
}

function readersOf(topology: TopologyResult): Map<string, Set<string>> {
  const readers = new Map<string, Set<string>>()
  for (const { from, to, via } of takenEdges(topology)) {
    if (noReading.has(via) || via === 'permission') continue
    readers.set(from, (readers.get(from) ?? new Set()).add(to))
  }
  return readers
}
