import { isAction, sending } from './actions.js'
import { Graph } from './graph.js'
import { areApart } from './meeting.js'
import type { Gap, Grant, NodeKind, Observed, Topology, TopologyNode } from './model.js'

/** Somebody who may send to, or receive from, a resource. */
export interface Access {
  /** A node, a service, an account or ARN; `*` is everybody. */
  readonly who: string
  /** Its own policy, a role of who acts, or that it is wired so. */
  readonly by: 'policy' | 'role' | 'wiring'
  readonly actions: readonly string[]
  readonly isConditional: boolean
  /** Anybody, in any account. */
  readonly isPublic: boolean
  /** The other account, where that is another one. */
  readonly account: string | null
}

/** Who was seen to send. */
export interface Sent {
  readonly source: string
  readonly count: number
  /** Whether somebody may send events of this source. */
  readonly isAllowed: boolean
}

export interface ResourceAccess {
  readonly id: string
  readonly kind: NodeKind
  readonly senders: readonly Access[]
  readonly receivers: readonly Access[]
  readonly observed: readonly Sent[]
}

/** `evt.topologyAccess/1`. */
export interface AccessResult {
  readonly schema: 'evt.topologyAccess/1'
  readonly sources: readonly string[]
  readonly resources: readonly ResourceAccess[]
  readonly gaps: readonly Gap[]
}

/** By kind: what takes something out of it, or makes that one gets it. */
const receiving: Partial<Record<NodeKind, readonly string[]>> = {
  queue: ['sqs:ReceiveMessage'],
  topic: ['sns:Subscribe'],
  stream: ['kinesis:GetRecords', 'kinesis:SubscribeToShard'],
  table: ['dynamodb:GetRecords'],
  bucket: ['s3:GetObject'],
  bus: ['events:PutRule'],
}

/** What is read by others, and not for its own sake. */
const shown: ReadonlySet<NodeKind> = new Set([
  ...(['bus', 'topic', 'queue', 'stream', 'table', 'bucket', 'function'] as const),
  ...(['firehose', 'stateMachine'] as const),
])

/** Who may send to and receive from each resource that is declared. */
export function accessOf(topology: Topology): AccessResult {
  const graph = new Graph(topology)
  const grants = grantsByNode(topology.grants)
  const nodes = topology.nodes.filter(({ kind, declared }) => declared && shown.has(kind))
  const { sources, gaps } = topology
  const anywhere = topology.grants.filter(({ on }) => on === null)
  const resources = nodes.map((node) => {
    return accessTo(graph, node, [...(grants.get(node.id) ?? []), ...anywhere])
  })
  return { schema: 'evt.topologyAccess/1', sources, resources, gaps }
}

function grantsByNode(grants: readonly Grant[]): Map<string, Grant[]> {
  const found = new Map<string, Grant[]>()
  for (const grant of grants) {
    if (grant.on !== null) found.set(grant.on, [...(found.get(grant.on) ?? []), grant])
  }
  return found
}

function accessTo(graph: Graph, node: TopologyNode, grants: readonly Grant[]): ResourceAccess {
  const { id, kind } = node
  const own = accountOf(graph, node)
  const ofKind = sending.filter((one) => one.kind === kind && !one.isReading)
  const granted = (actions: readonly string[]) =>
    grants.flatMap((grant) => {
      const done = actions.filter((action) => grant.actions.some((one) => isAction(one, action)))
      return done.length === 0 ? [] : [given(grant, done, own)]
    })
  const wired = (ends: readonly string[]) =>
    ends.map((who): Access => {
      const plain = { isConditional: false, isPublic: false, account: null }
      return { who, by: 'wiring', actions: [], ...plain }
    })
  const into = graph.in(id).filter(({ via }) => via !== 'permission' && via !== 'observed')
  const out = graph.out(id).filter(({ via }) => !notReading.has(via))
  const senders = once([
    ...granted(ofKind.map(({ action }) => action)),
    ...wired(into.map(({ from }) => from)),
  ])
  return {
    ...{ id, kind, senders },
    receivers: once([...granted(receiving[kind] ?? []), ...wired(out.map(({ to }) => to))]),
    observed: sentTo(graph, id, senders),
  }
}

/** ARNs of buckets do not say whose they are: they are of the only account that was asked. */
function accountOf({ topology }: Graph, { at }: TopologyNode): string | undefined {
  const asked = new Set(topology.sources.flatMap((one) => /^(\d{12})\//.exec(one)?.[1] ?? []))
  const [only] = asked.size === 1 ? asked : []
  return /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(at ?? '')?.[1] ?? only
}

const notReading: ReadonlySet<string> = new Set(['permission', 'dlq', 'redrive', 'failure'])

function given(
  { who, isConditional, isOfResource }: Grant,
  actions: readonly string[],
  own: string | undefined,
): Access {
  const account = /(?:^|:)(\d{12})(?:$|:)/.exec(who)?.[1]
  return {
    ...{ who, by: isOfResource ? 'policy' : 'role', actions, isConditional },
    isPublic: who === '*' && !isConditional,
    account: account !== undefined && account !== own ? account : null,
  }
}

function once(list: readonly Access[]): Access[] {
  return [...new Map(list.map((one) => [JSON.stringify(one), one])).values()].sort((a, b) => {
    return JSON.stringify([a.by, a.who]) < JSON.stringify([b.by, b.who]) ? -1 : 1
  })
}

/** Who was seen is asked about; a replay is of what somebody else sent. */
const isNoSender: ReadonlySet<string> = new Set(['observed', 'replay'])

/** Conditions of roles, and the wiring, may say which source somebody sends; whom a policy lets
 * send may send any. */
function sentTo(graph: Graph, id: string, senders: readonly Access[]): Sent[] {
  const isOpen = senders.some(({ by, isConditional }) => {
    return by === 'policy' || (by === 'role' && !isConditional)
  })
  const seen: Observed | undefined = graph.topology.observed
  const into = graph.in(id)
  return into.flatMap(({ via, from }) => {
    const source = graph.node(from)?.name
    if (!seen || via !== 'observed' || source === undefined) return []
    const kinds = seen.kinds.filter((kind) => kind.source === source)
    const count = kinds.reduce((sum, kind) => sum + kind.count, 0)
    const fits = into.some((edge) => {
      return !isNoSender.has(edge.via) && !areApart(edge.sends, { source: [source] })
    })
    return [{ source, count, isAllowed: isOpen || fits }]
  })
}
