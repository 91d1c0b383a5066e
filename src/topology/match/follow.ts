import type { JsonObject, JsonValue } from '../../event/event.js'
import { jsonText, readJson } from '../../event/json.js'
import { Graph } from '../graph.js'
import type { Topology, TopologyEdge } from '../model.js'
import { isBusToBus, REFUSAL } from '../refusal.js'
import { type Choice, choiceOf } from './choose.js'
import { payloadOf } from './payload.js'
import type { MatchMiss, MatchResult, MatchStep } from './result.js'

/** A way in circles is followed so far. */
const MOST_STEPS = 10_000

interface FollowedEvent {
  readonly event: JsonValue
  /** Attributes of a message, by which filters of subscriptions choose. */
  readonly attributes: JsonObject
  /** Ids of the nodes that it is put to. */
  readonly at: readonly string[]
}

/** What is at a node. */
interface Arrived {
  readonly node: string
  readonly text: string
  /** Of a message of SNS. */
  readonly attributes: JsonObject
  /** Whether a rule of another bus sent it there. */
  readonly isSentOn: boolean
  /** How it came there; undefined where it was put. */
  readonly step?: MatchStep
}

/** Ways that what arrives takes by itself, and not only when it fails. */
const taken: ReadonlySet<TopologyEdge['via']> = new Set([
  ...(['rule', 'target', 'archive', 'subscription', 'mapping', 'source', 'consumer'] as const),
  'delivery',
])

/** Where an event goes, up to whoever works it off: what these send on is not known. */
export function followed(
  topology: Topology,
  { event, attributes, at }: FollowedEvent,
): MatchResult {
  const graph = new Graph(topology)
  const reached: MatchStep[] = []
  const missed: MatchMiss[] = []
  const seen = new Set<string>()
  const text = jsonText(event)
  const open: Arrived[] = [...at].reverse().map((node) => {
    return { node, text, attributes, isSentOn: false }
  })
  for (let next = open.pop(); next && reached.length < MOST_STEPS; next = open.pop()) {
    const cause = next.step === undefined ? null : reached.push(next.step) - 1
    const key = JSON.stringify([next.node, next.text, next.attributes, next.isSentOn])
    if (seen.has(key)) continue
    seen.add(key)
    const further: Arrived[] = []
    for (const edge of graph.out(next.node).filter(({ via }) => taken.has(via))) {
      const { from, to, via } = edge
      const choice = chosen(graph, edge, next)
      if (!choice.matches) {
        missed.push({ from, to, via, fields: choice.fields, notes: choice.notes })
        continue
      }
      const given = givenBy(graph, edge, next)
      const notes = [...choice.notes, ...given.notes]
      const payload = given.text === next.text ? null : given.text
      const step = { from, to, via, cause, payload, notes }
      further.push({ node: to, ...given, isSentOn: isSentOn(graph, edge, next), step })
    }
    open.push(...further.reverse())
  }
  const { sources, gaps } = topology
  return { schema: 'evt.topologyMatch/1', sources, event, at, reached, missed, gaps }
}

function chosen(graph: Graph, edge: TopologyEdge, arrived: Arrived): Choice {
  const off = [edge, graph.node(edge.to)].some((one) => one?.facts.isDisabled)
  if (off) return { matches: false, fields: [], notes: ['it is turned off'] }
  if (arrived.isSentOn && isBusToBus(edge, graph.kindOf)) return refused
  return choiceOf(edge.when, documentFor(edge, graph, arrived))
}

/** What a pattern or filter looks at. */
function documentFor(edge: TopologyEdge, graph: Graph, { text, attributes }: Arrived): JsonValue {
  const body = jsonOrText(text)
  if (edge.via === 'subscription') {
    return edge.facts.isOfBody ? body : attributes
  }
  if (edge.via !== 'mapping' && edge.via !== 'source') return body
  const kind = graph.node(edge.from)?.kind
  if (kind === 'queue') return { body, messageAttributes: ofMessage(attributes) }
  return kind === 'stream' || kind === 'consumer' ? { data: body, kinesis: { data: body } } : body
}

const refused: Choice = {
  ...{ matches: false, fields: [] },
  notes: [`EventBridge refuses to send on what came from another bus (${REFUSAL})`],
}

function isSentOn(graph: Graph, edge: TopologyEdge, arrived: Arrived): boolean {
  return isBusToBus(edge, graph.kindOf) || (graph.kindOf(edge.to) === 'rule' && arrived.isSentOn)
}

interface Given {
  readonly text: string
  readonly attributes: JsonObject
  readonly notes: readonly string[]
}

function givenBy(graph: Graph, edge: TopologyEdge, arrived: Arrived): Given {
  const { text, attributes } = arrived
  const [from, to] = [graph.node(edge.from), graph.node(edge.to)]
  if (from?.kind === 'rule') {
    // A bus takes the event as it is.
    const input = to?.kind === 'bus' ? undefined : edge.facts.input
    const arn = from.at?.startsWith('arn:') ? from.at : undefined
    return { ...payloadOf(input, jsonOrText(text), { name: from.name, arn }), attributes: {} }
  }
  if (from?.kind === 'pipe') {
    const isChanged = edge.facts.isTransformed || graph.out(from.id).some(isEnrichment)
    const notes = isChanged ? ['the pipe changes it: what arrives is not known'] : []
    return { text, attributes: {}, notes }
  }
  if (edge.via !== 'subscription' || edge.facts.isRaw) return { text, attributes, notes: [] }
  return { text: notification(edge.from, text, attributes), attributes: {}, notes: [] }
}

function isEnrichment({ via }: TopologyEdge): boolean {
  return via === 'enrichment'
}

/** What SNS puts around a message; its ids, times and signature are left out. */
function notification(topic: string, text: string, attributes: JsonObject): string {
  const named = Object.entries(attributes).map(([name, value]) => {
    return [name, { Type: typeOf(value), Value: textOf(value) }] as const
  })
  const MessageAttributes =
    named.length === 0 ? {} : { MessageAttributes: Object.fromEntries(named) }
  const TopicArn = topic.replace(/^topic:/, '')
  return jsonText({ Type: 'Notification', TopicArn, Message: text, ...MessageAttributes })
}

/** Attributes as SQS gives them to Lambda and pipes, whose filters look at them. */
function ofMessage(attributes: JsonObject): JsonObject {
  const named = Object.entries(attributes).map(([name, value]) => {
    return [name, { stringValue: textOf(value), dataType: typeOf(value) }] as const
  })
  return Object.fromEntries(named)
}

function typeOf(value: JsonValue): string {
  if (typeof value === 'number') return 'Number'
  return Array.isArray(value) ? 'String.Array' : 'String'
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : jsonText(value)
}

function jsonOrText(text: string): JsonValue {
  const reading = readJson(text)
  return reading.ok ? reading.value : text
}
