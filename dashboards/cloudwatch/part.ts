import type { Graph as Wiring } from '../../src/topology/graph.js'
import type { EdgeKind, NodeKind, TopologyNode } from '../../src/topology/model.js'
import type { Dimensions, Graph, Metric, Series, StaticAlarm } from './graph.js'
import type { Names } from './names.js'

/** What is around a node. */
export interface Around {
  readonly wiring: Wiring
  readonly names: Names
}

/** How one kind of resource is watched. */
export interface Part {
  readonly kind: NodeKind
  /** For people: `queue`, `function`. */
  readonly word: string
  graphs(node: TopologyNode, around: Around): Graph[]
  /** What to type when something is wrong with it, word by word. */
  commands(name: string): string[][]
  /** What an alarm of it usually means, for the runbook. */
  readonly runbook: readonly string[]
}

/** Makes metrics of one resource. */
export function metricsOf(namespace: string, dimensions: Dimensions) {
  return (name: string, stat: string, label: string): Metric => {
    return { namespace, name, dimensions, stat, label }
  }
}

/** How often in how many periods, for what is wrong when it happens at all. */
type OutOf = readonly [datapoints: number, periods: number]

/** An alarm of what should never be: one or more, as often as it says. */
export function happens(
  what: string,
  series: Series,
  explain: string,
  [datapoints, periods]: OutOf,
): StaticAlarm {
  return {
    ...{ kind: 'static', what, explain, series, operator: 'GreaterThanOrEqualToThreshold' },
    ...{ threshold: 1, datapoints, periods, missing: 'notBreaching' },
  }
}

const ofDeadLetters: ReadonlySet<EdgeKind> = new Set(['dlq', 'redrive', 'failure'] as const)

/** Whether a queue takes what others could not deliver. */
export function isDeadLetterQueue({ id }: TopologyNode, { wiring }: Around): boolean {
  return wiring.in(id).some(({ via }) => ofDeadLetters.has(via))
}

/** The streams and tables that a function reads. */
export function streamsOf({ id }: TopologyNode, { wiring }: Around): TopologyNode[] {
  return wiring
    .in(id)
    .filter(({ via }) => via === 'mapping')
    .flatMap(({ from }) => {
      const node = wiring.node(from)
      if (node?.kind === 'consumer')
        return wiring.in(from).flatMap((e) => wiring.node(e.from) ?? [])
      return node ?? []
    })
    .filter(({ kind }) => kind === 'stream' || kind === 'table')
}

const DAY_S = 86_400

/** How long a stream keeps a record: a day, where nothing else is said, and of a table always. */
export function streamRetentionS({ facts }: TopologyNode): number {
  return lengthS(facts.retentionS) ?? DAY_S
}

/** A time that a template or a saved topology says, where it is one. */
export function lengthS(seconds: number | undefined): number | undefined {
  return Number.isFinite(seconds) && Number(seconds) > 0 ? Number(seconds) : undefined
}

/** `4 d`, `12 h`, `90 s`. */
export function spanText(seconds: number): string {
  if (seconds % DAY_S === 0) return `${seconds / DAY_S} d`
  if (seconds % 3_600 === 0) return `${seconds / 3_600} h`
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}

/** Where a name is taken, the same with a number: two templates may have resources of one logical
 * id. */
export function onceMore(name: string, taken: Set<string>): string {
  let free = name
  for (let n = 2; taken.has(free); n++) free = `${name}-${n}`
  taken.add(free)
  return free
}
