import type { ResultValue } from '../engines/engine.js'
import type { EvtError } from '../errors.js'
import type { JsonObject, JsonValue } from '../event/event.js'
import type { JsonPath } from '../event/json-path.js'
import { parsePattern } from '../event/pattern.js'
import { patternMatcher } from '../event/pattern-match.js'
import { redact } from '../event/redact.js'
import { askArchive } from '../questions/asked-archive.js'
import { askOptions, checkSearched } from '../questions/run.js'
import { noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { openArchive, type ReadRequest } from '../reading/open-archive.js'
import { areApart, withoutUnknown } from './meeting.js'
import type { Gap, Observed, ObservedKind, Topology, TopologyEdge } from './model.js'
import { Repeats, type SeenEvent } from './passed-on.js'

interface ObserveRequest extends ReadRequest {
  readonly memoryLimitBytes: number
  readonly allowPartial: boolean
}

/** What was seen, and why it may not be all. */
interface Seen {
  readonly observed: Observed
  readonly failure: EvtError | undefined
}

const sql = `SELECT document, source, type, id, causation_id, correlation_id, trace_id,
    coalesce(event_time_us, received_at_us) AS at_us, payload
  FROM events`

/**
 * Holds the events of archives against the rules of a topology.
 *
 * @throws EvtError `usage` for what was typed wrong, `inconclusive` where there is nothing to read
 */
export async function observe(topology: Topology, request: ObserveRequest): Promise<Seen> {
  const archive = await openArchive(request)
  const { objects, sources, pruned } = archive
  if (objects.length === 0) throw noObjects(sources, pruned)
  const chosen = { types: [], entities: [], keys: [], filter: undefined }
  // What is hidden decides which rules take an event: it is compared, and not told.
  const options = { ...askOptions(archive, { ...request, chosen }), hidden: undefined }
  const hidden = archive.config.privacy?.redact ?? []
  const sorter = new RuleSorter(topology)
  const repeats = new Repeats()
  return askArchive({ sql, values: {} }, options, async ({ rows, searched }) => {
    request.onRead?.()
    checkSearched(sources, searched)
    for await (const chunk of rows.chunks) {
      for (const row of chunk) {
        sorter.take(JSON.parse(String(row[0])))
        repeats.take(seenIn(row))
      }
    }
    const { undecodable } = searched
    const shown = <T extends Named>(one: T) => shownName(one, hidden)
    const passedOn = repeats.read().map((one) => {
      return { ...one, from: shown(one.from), to: shown(one.to) }
    })
    const read = sorter.read()
    const kinds = read.kinds.map(shown)
    const more = passedOn.length === 0 ? {} : { passedOn }
    const observed = { sources: [...sources], ...read, kinds, ...more, undecodable }
    return { observed, failure: endedBadly({ ...searched, ...request }) }
  })
}

type Named = Pick<ObservedKind, 'source' | 'type'>

/** A kind of events, of which nobody is told what stands at a hidden place. */
function shownName<T extends Named>(kind: T, hidden: readonly JsonPath[]): T {
  const { source, type } = kind
  const document = { source, 'detail-type': type, type }
  const event = { source, type, document, payload: null, entities: [] }
  redact(event, hidden)
  return { ...kind, source: event.source, type: event.type }
}

/** A row of the question. */
function seenIn(row: readonly ResultValue[]): SeenEvent {
  const text = (at: number) => (row[at] === null ? null : String(row[at]))
  const atUs = row[7] === null ? null : Number(row[7])
  return {
    ...{ source: text(1) ?? '', type: text(2) ?? '', id: text(3), causationId: text(4), atUs },
    ...{ marks: [text(5), text(6)], payload: text(8) ?? '' },
  }
}

interface CompiledRule {
  readonly id: string
  readonly bus: string
  readonly when: JsonValue
  matches(event: JsonValue): boolean
}

/** Counts which rules would have matched what events. */
class RuleSorter {
  readonly #rules: readonly CompiledRule[]
  readonly #counts = new Map<string, number>()
  readonly #kinds = new Map<string, { kind: ObservedKind; rules: readonly CompiledRule[] }>()
  #others = 0

  constructor({ nodes, edges }: Topology) {
    const off = new Set(nodes.filter(({ facts }) => facts.isDisabled).map(({ id }) => id))
    this.#rules = edges.filter(({ to, via }) => via === 'rule' && !off.has(to)).map(compiled)
    for (const { id } of this.#rules) this.#counts.set(id, 0)
  }

  take(event: JsonValue): void {
    const entry = this.#kindOf(event)
    if (entry === undefined) {
      this.#others++
      return
    }
    const { kind, rules } = entry
    const taken = rules.filter(({ matches }) => matches(event))
    kind.count++
    if (taken.length === 0) kind.unmatched++
    for (const { id, bus } of taken) {
      this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1)
      if (!kind.buses.includes(bus)) kind.buses.push(bus)
    }
  }

  read(): Omit<Observed, 'sources' | 'undecodable'> {
    const text = ({ source, type }: ObservedKind) => `${source}\n${type}`
    const kinds = [...this.#kinds.values()].map(({ kind }) => kind)
    return {
      kinds: kinds.sort((a, b) => (text(a) < text(b) ? -1 : 1)),
      rules: [...this.#counts].map(([rule, count]) => ({ rule, count })),
      others: this.#others,
    }
  }

  /** Undefined for what is no event of EventBridge. */
  #kindOf(event: JsonValue) {
    const { source, 'detail-type': type } = (event ?? {}) as JsonObject
    if (typeof source !== 'string' || typeof type !== 'string') return undefined
    const key = JSON.stringify([source, type])
    const found = this.#kinds.get(key)
    if (found) return found
    // Only a few rules are of each kind of events.
    const fields = { source: [source], 'detail-type': [type] }
    const rules = this.#rules.filter(({ when }) => !areApart(fields, when))
    const kind: ObservedKind = { source, type, count: 0, unmatched: 0, buses: [] }
    const entry = { kind, rules }
    this.#kinds.set(key, entry)
    return entry
  }
}

/** What is known only when it is deployed matches; what is no pattern does not. */
function compiled({ from: bus, to: id, when }: TopologyEdge): CompiledRule {
  const known = withoutUnknown(when)
  const isAll = known === undefined || known === null || Object.keys(known).length === 0
  if (isAll) return { id, bus, when, matches: () => true }
  try {
    return { id, bus, when, matches: patternMatcher(parsePattern(JSON.stringify(known))) }
  } catch {
    return { id, bus, when, matches: () => false }
  }
}

/**
 * The topology with who was seen to send: a node for each source, and an edge to each bus with a
 * rule that took one of its events, or to the only bus that there is.
 */
export function withObserved(topology: Topology, observed: Observed): Topology {
  const buses = topology.nodes.filter(({ kind, declared }) => kind === 'bus' && declared)
  const only = buses.length === 1 ? buses.map(({ id }) => id) : []
  const sources = [...new Set(observed.kinds.map(({ source }) => source))]
  const nodes = sources.map((name) => ({
    ...{ id: `producer:${name}`, kind: 'producer' as const, name, declared: true, at: null },
    facts: {},
  }))
  const edges = sources.flatMap((source): TopologyEdge[] => {
    const kinds = observed.kinds.filter((kind) => kind.source === source)
    const reached = [...new Set(kinds.flatMap((kind) => kind.buses))]
    return (reached.length > 0 ? reached.sort() : only).map((to) => {
      const sent = kinds.filter(({ buses }) => buses.includes(to) || reached.length === 0)
      const sends = { source: [source], 'detail-type': sent.map(({ type }) => type) }
      const from = `producer:${source}`
      return { from, to, via: 'observed', when: null, sends, facts: {} }
    })
  })
  return {
    ...topology,
    nodes: [...topology.nodes, ...nodes],
    edges: [...topology.edges, ...edges],
    gaps: [...topology.gaps, ...unheld(observed)],
    observed,
  }
}

/** What was there, and is held against no rule. */
function unheld({ sources, others, undecodable }: Observed): Gap[] {
  const gap = (count: number, explain: string): Gap[] =>
    count === 0 ? [] : [{ kind: 'value', at: sources.join(' '), explain: `${count} ${explain}` }]
  return [
    ...gap(undecodable, 'of its records cannot be read: they are held against no rule'),
    ...gap(others, "of its events are none of EventBridge's: they are held against no rule"),
  ]
}
