import type { JsonValue } from '../../event/event.js'
import type { Graph } from '../graph.js'
import type { EdgeKind, Finding, NodeKind, TopologyEdge } from '../model.js'
import { type Known, knownBy, narrowed } from '../narrowing.js'

/** As many as ten rules make with all of the five targets that each may have. */
const MOST_DELIVERIES = 50
/** Patterns of so many rules or filters are begun with, those of the most deliveries first. */
const MOST_BEGUN = 20
const MOST_SHOWN = 3

/** By kind of node: the ways on which something goes on from it to each at their ends. */
const ways: Readonly<Partial<Record<NodeKind, readonly EdgeKind[]>>> = {
  bus: ['rule'],
  rule: ['target'],
  topic: ['subscription'],
  stream: ['mapping', 'source', 'consumer'],
  table: ['mapping', 'source', 'stream'],
  consumer: ['mapping'],
  bucket: ['notification'],
  pipe: ['target'],
}
const origins: ReadonlySet<NodeKind> = new Set(['bus', 'topic', 'stream', 'table', 'bucket'])

/**
 * Where one event becomes very many: rules and filters that can all match the same one, and what
 * topics, buses, streams and pipes pass it on to. Where somebody works it off, it ends.
 *
 * @param most deliveries that are no finding
 */
export function fanOut(graph: Graph, most: number = MOST_DELIVERIES): Finding[] {
  const deliveries = new Deliveries(graph)
  return graph.topology.nodes.flatMap(({ id, kind, declared }): Finding[] => {
    if (!declared || !origins.has(kind)) return []
    const parts = deliveries.partsOf(id, [])
    const count = sum(parts)
    // What is one place's doing is said there.
    if (count <= most || parts.some(({ ofOneOrigin }) => ofOneOrigin > most)) return []
    const shown = parts.slice(0, MOST_SHOWN)
    const by = shown.map((part) => `${part.to} makes ${part.count}`).join(', ')
    const rest = parts.length - shown.length
    const more = rest > 0 ? `, and there are ${rest} more` : ''
    return [
      {
        ...{ id: 'fanOut', severity: 'note', on: id },
        explanation:
          `one event at ${id} can make ${count} deliveries, and more than ${most} are told: ` +
          `${by}${more}. Each is paid for, and may fail by itself.`,
        fix:
          'see who needs it, and narrow the patterns and filters of the others; fanOut below ' +
          'topology: in evt.yaml says how many are well',
        witnesses: parts.slice(0, 10).map(({ to }) => `${id} > ${to}`),
      },
    ]
  })
}

/** What one event makes by one edge. */
interface Part {
  readonly to: string
  readonly count: number
  /** The most of it that one place makes that is looked at by itself. */
  readonly ofOneOrigin: number
}

interface Weighed extends Part {
  readonly pattern: JsonValue
}

class Deliveries {
  readonly #known = new Map<string, readonly Part[]>()
  readonly #open = new Set<string>()

  constructor(private readonly graph: Graph) {}

  /**
   * What one event at a node makes at most, the most first; of a bus, what is known of it.
   *
   * @param isSentOn whether a rule of another bus sent it there
   */
  partsOf(id: string, known: Known, isSentOn = false): readonly Part[] {
    const key = JSON.stringify([id, known, isSentOn])
    const found = this.#known.get(key)
    if (found) return found
    // What comes round is a cycle, and found as that.
    if (this.#open.has(id)) return []
    this.#open.add(id)
    const parts = this.#counted(id, known, isSentOn)
    this.#open.delete(id)
    this.#known.set(key, parts)
    return parts
  }

  #counted(id: string, known: Known, isSentOn: boolean): readonly Part[] {
    const kind = this.graph.node(id)?.kind ?? 'unknown'
    const own = this.graph.out(id).filter((edge) => {
      return ways[kind]?.includes(edge.via) === true && this.#isOn(edge)
    })
    const each = own.map((edge): Weighed => {
      const { to, when } = edge
      const pattern = Array.isArray(when) || kind === 'bucket' ? null : when
      const of = edge.via === 'subscription' && !edge.facts.isOfBody
      const filter = of && pattern !== null ? { 'message attributes': pattern } : pattern
      return { to, ...this.#madeBy(edge, known, isSentOn), pattern: filter }
    })
    return together(each, kind === 'bus' ? known : [])
  }

  #madeBy(
    { from, to, when, sends, via }: TopologyEdge,
    known: Known,
    isSentOn: boolean,
  ): Omit<Part, 'to'> {
    const kind = this.graph.node(to)?.kind ?? 'unknown'
    if (ways[kind] === undefined) return { count: 1, ofOneOrigin: 0 }
    const isAsItIs = this.graph.node(from)?.kind === 'rule'
    const after = via === 'rule' ? narrowed(known, when) : isAsItIs ? known : knownBy(sends)
    const isKept = kind === 'bus' || kind === 'rule'
    const isToBus = isAsItIs && kind === 'bus'
    // EventBridge sends it to a bus once, and refuses the next one.
    const isRefused = isToBus && isSentOn
    const isOnceSent = isToBus || (kind === 'rule' && isSentOn)
    const isNowhere = after === undefined || isRefused
    const parts = isNowhere ? [] : this.partsOf(to, isKept ? after : [], isOnceSent)
    // A rule without targets makes none; a topic that nobody subscribes gets it all the same.
    const count = kind === 'rule' ? sum(parts) : Math.max(1, sum(parts))
    const inside = parts.reduce((most, { ofOneOrigin }) => Math.max(most, ofOneOrigin), 0)
    return { count, ofOneOrigin: origins.has(kind) ? count : inside }
  }

  #isOn({ to, facts }: TopologyEdge): boolean {
    return !facts.isDisabled && this.graph.node(to)?.facts.isDisabled !== true
  }
}

/** Of what patterns choose, the most that one event can be chosen by. Begins with each of the
 * largest, and adds what can match as well. */
function together(all: readonly Weighed[], known: Known): readonly Part[] {
  const sorted = [...all].sort((a, b) => b.count - a.count || (a.to < b.to ? -1 : 1))
  const byPattern = new Map<string, Weighed[]>()
  for (const one of sorted) {
    const key = JSON.stringify(one.pattern)
    byPattern.set(key, [...(byPattern.get(key) ?? []), one])
  }
  const groups = [...byPattern.values()].sort((a, b) => sum(b) - sum(a))
  let best: readonly Weighed[] = []
  for (const first of groups.slice(0, MOST_BEGUN)) {
    let at = narrowed(known, first[0]?.pattern ?? null)
    if (at === undefined) continue
    const chosen = [...first]
    for (const group of groups) {
      if (group === first) continue
      const after: Known | undefined = narrowed(at, group[0]?.pattern ?? null)
      if (after === undefined) continue
      at = after
      chosen.push(...group)
    }
    if (sum(chosen) > sum(best)) best = chosen
    if (chosen.length === all.length) break
  }
  return [...best].sort((a, b) => b.count - a.count || (a.to < b.to ? -1 : 1))
}

function sum(parts: readonly Part[]): number {
  return parts.reduce((total, { count }) => total + count, 0)
}
