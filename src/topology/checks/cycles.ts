import { isVagueWrite } from '../actions.js'
import type { Graph } from '../graph.js'
import { type Guard, guardsOf, leavesOutReplays } from '../guards.js'
import type { EdgeKind, Finding, NodeKind, Severity, TopologyEdge } from '../model.js'
import { isBusToBus, REFUSAL } from '../refusal.js'
import { circularComponents, shortestCycle, shortestCycleBy } from './components.js'
import { type Flow, flowOf, type Narrow, remembered } from './flow.js'

/** Ways that are taken only by what fails. */
const ofFailures: ReadonlySet<EdgeKind> = new Set(['dlq', 'redrive', 'failure'])
/** What gives on what it gets; pipes, where they have no enrichment. */
const passers: ReadonlySet<NodeKind> = new Set([
  ...(['bus', 'rule', 'queue', 'topic', 'stream', 'consumer', 'pipe'] as const),
])
/** AWS ends a chain through these alone, after about 16 steps. */
const watchedByAws: ReadonlySet<NodeKind> = new Set(['function', 'queue', 'topic', 'bucket'])

/** Nodes of a cycle that its sentence names; its witnesses are all. */
const MOST_SHOWN = 24
const MOST_TOLD = 5

/** Where what is sent comes back: one shortest cycle of each component. Those of ways that are
 * taken for sure come first; then those that need one of the others; then what would be one, did
 * EventBridge not refuse a step. */
export function cycles(graph: Graph): Finding[] {
  const isUnsure = (edge: TopologyEdge) => isVague(graph, edge) || ofFailures.has(edge.via)
  const isGuarded = (edge: TopologyEdge) => guardsBut(edge).length > 0
  const isOfBuses = ({ from, to }: TopologyEdge) => [from, to].every((id) => isOnBus(graph, id))
  const isUnmarked = (edge: TopologyEdge) => {
    return isPassedOn(graph, edge) && guardsBut(edge).every(({ kind }) => kind === 'absent')
  }
  const isSure = (edge: TopologyEdge) => !isUnsure(edge) && !isGuarded(edge)
  const searches: Search[] = [
    { isTaken: isUnmarked, isNew: isGuarded },
    { isTaken: isSure },
    { isTaken: (edge) => !isGuarded(edge), isNew: isUnsure },
    { isTaken: () => true, isNew: isGuarded },
    { isTaken: isOfBuses, isNew: 'refused' },
    { isTaken: isSure, isNew: 'refused' },
  ]
  const narrow = remembered()
  const all = searches.flatMap((search) => found(graph, search, narrow))
  // Events of several kinds may take the same way.
  const keyOf = ({ id, witnesses }: Finding) => JSON.stringify([id, witnesses])
  return [...new Map(all.reverse().map((one) => [keyOf(one), one])).values()].reverse()
}

interface Search {
  readonly isTaken: (edge: TopologyEdge) => boolean
  /** Edges of which a cycle has to have one; `refused`: a step that EventBridge refuses. */
  readonly isNew?: ((edge: TopologyEdge) => boolean) | 'refused'
}

function found(graph: Graph, { isTaken, isNew }: Search, narrow: Narrow): Finding[] {
  const isRefusedToo = isNew === 'refused'
  const may = isNew === 'refused' ? (edge: TopologyEdge) => isBusToBus(edge, graph.kindOf) : isNew
  if (may && !graph.topology.edges.some((edge) => isTaken(edge) && may(edge))) return []
  const flow = flowOf(graph.topology, isTaken, { isRefusedToo, narrow })
  const isWanted = (n: number) => {
    const edge = flow.edges[n]
    return isRefusedToo ? flow.refused.has(n) : edge !== undefined && may?.(edge) === true
  }
  return circularComponents(flow).flatMap((component) => {
    const way = may ? shortestCycleBy(flow, component, isWanted) : shortestCycle(flow, component)
    return findingsOf(graph, { flow, component, way })
  })
}

interface Found {
  readonly flow: Flow
  readonly component: readonly number[]
  /** The edges around it, as places in the flow. */
  readonly way: readonly number[]
}

function findingsOf(graph: Graph, { flow, component, way }: Found): Finding[] {
  const edges = way.flatMap((n) => flow.edges[n] ?? [])
  const end = way.find((n) => flow.refused.has(n))
  const ids = new Set(component.flatMap((place) => flow.places[place]?.id ?? []))
  if (edges.length === 0) return []
  const more = { nodes: ids.size, end: end === undefined ? undefined : flow.edges[end] }
  return [cycleFinding(graph, fromFirst(edges), more)]
}

function isOnBus(graph: Graph, id: string): boolean {
  return /^(bus|rule)$/.test(graph.kindOf(id) ?? '')
}

/** Whether what goes by an edge is passed on as it is, or as a part of what is around it: there is
 * nobody who adds a mark. */
function isPassedOn(graph: Graph, { from, to, facts }: TopologyEdge): boolean {
  if (facts.isTransformed) return false
  return [from, to].every((id) => {
    const { kind } = graph.node(id) ?? {}
    const isEnriched = kind === 'pipe' && graph.out(id).some(({ via }) => via === 'enrichment')
    return kind !== undefined && passers.has(kind) && !isEnriched
  })
}

/** The guards of an edge; those against replays end none but of replays. */
function guardsBut({ when }: TopologyEdge): Guard[] {
  return guardsOf(when).filter(({ field }) => field !== 'replay-name')
}

function isVague(graph: Graph, { from, to, via }: TopologyEdge): boolean {
  if (via !== 'permission') return false
  // The permission may be there for what is wired alone, as destinations of functions need it.
  const isNeeded = graph.out(from).some((edge) => edge.to === to && edge.via !== 'permission')
  return isNeeded || isVagueWrite(graph.node(to)?.kind ?? 'unknown')
}

/** The same cycle, beginning at the node that is first by its id. */
function fromFirst(edges: readonly TopologyEdge[]): TopologyEdge[] {
  const ids = edges.map(({ from }) => from)
  const first = ids.indexOf([...ids].sort()[0] ?? '')
  return [...edges.slice(first), ...edges.slice(0, first)]
}

/** @param end the step that EventBridge refuses, if any */
function cycleFinding(
  graph: Graph,
  edges: readonly TopologyEdge[],
  { nodes, end }: { nodes: number; end: TopologyEdge | undefined },
): Finding {
  const path = edges.map(({ from }) => from)
  const [on = ''] = path
  const isUnmarked = !end && edges.every((edge) => isPassedOn(graph, edge))
  const guards = (end ? [] : edges).flatMap((edge) => {
    const all = guardsBut(edge).map((guard) => ({ ...guard, edge }))
    return isUnmarked ? all.filter(({ kind }) => kind !== 'absent') : all
  })
  const isGuarded = guards.length > 0
  const hidden = path.length - MOST_SHOWN
  const shown = hidden > 0 ? [...path.slice(0, MOST_SHOWN), `… ${hidden} more`] : path
  const way = [...shown, on].join(' → ')
  const told = [
    `${way}: what is sent comes back to where it began.`,
    ...guards.map(guardText),
    ...doubts(edges),
    ...(isUnmarked && !isGuarded ? ['Nobody on the way adds a mark to leave out.'] : []),
    end ? refusalOf(end) : endOf(graph, path),
    ...(nodes > path.length ? [`It is one of the cycles among ${nodes} nodes.`] : []),
  ]
  return {
    id: isGuarded ? 'guardedCycle' : 'cycle',
    severity: isGuarded ? 'note' : severityOf(graph, edges),
    ...{ on, explanation: told.join(' '), witnesses: [...path] },
    fix: end ? fixOfRefusal : isUnmarked && !isGuarded ? fixOfUnmarked : fixOf(edges, isGuarded),
  }
}

function guardText({ field, kind, edge }: Guard & { readonly edge: TopologyEdge }): string {
  const only = `${nameOf(edge)} takes only events`
  return kind === 'absent'
    ? `${only} without ${field}: it ends if what comes back has that.`
    : `${only} within a limit of ${field}: it ends if that is counted.`
}

/** Who chooses on an edge: the rule at its end, else the edge itself. */
function nameOf({ from, to, via }: TopologyEdge): string {
  return via === 'rule' ? to : `the ${via} from ${from} to ${to}`
}

/** Roles allow more than is done: a circle that no wire is part of may never be gone. */
function severityOf(graph: Graph, edges: readonly TopologyEdge[]): Severity {
  const isSure = edges.every((edge) => !isVague(graph, edge) && !ofFailures.has(edge.via))
  const isWired = edges.some(({ via }) => via !== 'permission')
  return isSure && isWired ? 'error' : 'warning'
}

function doubts(edges: readonly TopologyEdge[]): string[] {
  const permitted = edges.filter(({ via }) => via === 'permission')
  const failing = edges.filter(({ via }) => ofFailures.has(via))
  const rest = permitted.length - MOST_TOLD
  return [
    ...permitted
      .slice(0, MOST_TOLD)
      .map(
        ({ from, to, when }) =>
          `That ${from} sends to ${to} is told by its permission alone` +
          `${typeof when === 'string' ? `, ${when}` : ''}.`,
      ),
    ...(rest > 0 ? [`So are ${rest} more of its steps.`] : []),
    ...(permitted.length === edges.length ? ['Nothing is wired to go that way.'] : []),
    ...failing.map(({ from, to }) => `From ${from} to ${to} goes only what fails.`),
    ...edges
      .filter(({ when }) => leavesOutReplays(when))
      .map((edge) => `${nameOf(edge)} leaves out replays, which does not end it.`),
  ]
}

function endOf(graph: Graph, path: readonly string[]): string {
  return path.every((id) => watchedByAws.has(graph.kindOf(id) ?? 'unknown'))
    ? 'Lambda ends such a chain after about 16 steps, where its trace headers are kept.'
    : 'No service of AWS ends it.'
}

function refusalOf({ from, to, facts }: TopologyEdge): string {
  const then = facts.hasDlq ? 'which its dead-letter queue keeps' : 'which is lost'
  return (
    'EventBridge ends it: rules may send an event to another bus only once, so it refuses what ' +
    `${from} sends on to ${to} (${REFUSAL}), ${then}.`
  )
}

const fixOfUnmarked =
  'send it with a source or type that the pattern does not take; or let an enrichment of the ' +
  'pipe mark it, and leave that out'

const fixOfRefusal =
  'send it to each bus from the first one; or let the rule leave out what comes from another ' +
  'bus, by source, type or account'

function fixOf(edges: readonly TopologyEdge[], isGuarded: boolean): string {
  if (isGuarded) return 'see that what comes back has what the guard looks at, by a test'
  const rule = edges.find(({ via }) => via === 'rule')
  if (rule) {
    return (
      `mark what is sent on, and let ${rule.to} leave it out: "detail": {"mark": [{"exists": ` +
      'false}]}; or send it with a source or type that the pattern does not take'
    )
  }
  return 'send to another place than what is read from, or filter out what was written by yourself'
}
