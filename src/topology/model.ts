import type { JsonValue } from '../event/event.js'

/** What a node can be. `producer` was seen to send, in an archive. `service` is what a target names
 * and nothing more is known of. */
export type NodeKind =
  | 'bus'
  | 'rule'
  | 'archive'
  | 'apiDestination'
  | 'schedule'
  | 'pipe'
  | 'topic'
  | 'queue'
  | 'stream'
  | 'consumer'
  | 'table'
  | 'function'
  | 'task'
  | 'firehose'
  | 'bucket'
  | 'stateMachine'
  | 'api'
  | 'iotRule'
  | 'logGroup'
  | 'endpoint'
  | 'producer'
  | 'service'
  | 'unknown'

/** What is known of a node beside its name, where the checks ask for it. */
export interface NodeFacts {
  /** The template gives it a name, which is its logical id as well. */
  isNamed?: boolean | undefined
  isFifo?: boolean | undefined
  /** Of a queue. */
  visibilityTimeoutS?: number | undefined
  /** Of a queue or stream. */
  retentionS?: number | undefined
  maxReceiveCount?: number | undefined
  /** Of a queue of an account: messages that can be received, and how old the oldest is. */
  messagesWaiting?: number | undefined
  oldestMessageAgeS?: number | undefined
  /** Of a stream of so many shards, where their number is set. */
  shards?: number | undefined
  /** Of a queue or topic whose key is known: whom the policy of that lets use it. */
  keyUsers?: readonly string[] | undefined
  /** Of a function. */
  timeoutS?: number | undefined
  reservedConcurrency?: number | undefined
  /** Of a rule or schedule that does nothing. */
  isDisabled?: boolean | undefined
  /** Of a rule that goes by the clock, not by events. */
  isScheduled?: boolean | undefined
  /** Of the policy that belongs to it, as JSON without spaces. */
  policyBytes?: number | undefined
  /** Of a stream: the shards that its account has and may have there, as AWS says it. */
  accountShards?: { open: number; limit: number } | undefined
}

export interface TopologyNode {
  /** `kind:name`; stable for what has a name, else by its logical id. */
  id: string
  kind: NodeKind
  name: string
  /** False: others refer to it, and nothing here says what it is. */
  declared: boolean
  /** Where it is declared: `template.yaml#Orders`, or an ARN; null where it is not. */
  at: string | null
  facts: NodeFacts
}

/** How something gets from one node to another. */
export type EdgeKind =
  | 'rule'
  | 'target'
  | 'archive'
  | 'replay'
  | 'subscription'
  | 'mapping'
  | 'stream'
  | 'consumer'
  | 'source'
  | 'enrichment'
  | 'destination'
  | 'failure'
  | 'redrive'
  | 'dlq'
  | 'notification'
  | 'integration'
  | 'task'
  | 'permission'
  | 'delivery'
  | 'logs'
  | 'observed'

/** What a target gets instead of the event. */
export type TargetInput =
  | { kind: 'constant'; text: string }
  | { kind: 'path'; path: string }
  | { kind: 'template'; paths: Record<string, string>; template: string }

/** What is known of an edge, where the checks ask for it. */
export interface EdgeFacts {
  /** Whether what cannot be delivered is kept. */
  hasDlq?: boolean | undefined
  /** Whether it has a role to act with. */
  hasRole?: boolean | undefined
  /** What is sent is another document than what came. */
  isTransformed?: boolean | undefined
  /** Of a target of a rule: what is sent. */
  input?: TargetInput | undefined
  /** Of a subscription: without what SNS puts around a message. */
  isRaw?: boolean | undefined
  /** Of a subscription: its filter looks at the message, not at its attributes. */
  isOfBody?: boolean | undefined
  isDisabled?: boolean | undefined
  /** Of an event-source mapping. */
  maximumConcurrency?: number | undefined
  parallelizationFactor?: number | undefined
  hasRetryLimit?: boolean | undefined
}

export interface TopologyEdge {
  from: string
  to: string
  via: EdgeKind
  /** The pattern or filter that chooses, or the permitted action; null: everything. */
  when: JsonValue
  /** What is known of each event on it, as a pattern of EventBridge; null: nothing. */
  sends: JsonValue
  facts: EdgeFacts
}

/** Who may do something with a node. */
export interface Grant {
  /** A node, `events.amazonaws.com`, an account or ARN; `*` is everybody. */
  who: string
  /** Actions as policies write them. */
  actions: string[]
  /** The node; null: any of the service. */
  on: string | null
  /** Whether conditions narrow it. */
  isConditional: boolean
  /** Whether the policy belongs to the node, not to who acts. */
  isOfResource: boolean
}

/** Somebody whom the policy of a node denies something, whatever others allow. */
export interface Denial {
  who: string
  actions: string[]
  on: string
}

/** Something that could not be told, and so is missing from the graph or may be otherwise. */
export interface Gap {
  kind: GapKind
  /** `template.yaml#Orders`, or the service of an account. */
  at: string
  explain: string
}

export type GapKind =
  | 'transform'
  | 'parameter'
  | 'condition'
  | 'import'
  | 'nested'
  | 'reference'
  | 'type'
  | 'value'
  | 'permission'
  | 'service'

export interface Topology {
  /** The templates, or the account and region. */
  sources: string[]
  nodes: TopologyNode[]
  edges: TopologyEdge[]
  grants: Grant[]
  /** Where there are any. */
  denials?: Denial[]
  gaps: Gap[]
  /** Where archives were looked at too. */
  observed?: Observed
  /** Where X-Ray was asked: what was seen to call what. */
  calls?: SeenCall[]
}

/** By the names that X-Ray has. */
export interface SeenCall {
  from: string
  to: string
  /** Of the traces that were sampled. */
  count: number
}

/** What was seen in archives. */
export interface Observed {
  sources: string[]
  kinds: ObservedKind[]
  /** Kinds that say what others said before them. */
  passedOn?: PassedOn[] | undefined
  /** How many of the events each rule would have matched. */
  rules: { rule: string; count: number }[]
  /** Events that are none of EventBridge. */
  others: number
  /** Records that cannot be read. */
  undecodable: number
}

/** Events of one kind that have the payload of those of another one, but for times and ids. */
export interface PassedOn {
  from: { source: string; type: string }
  to: { source: string; type: string }
  /** How many of the later ones, and of how many. */
  count: number
  of: number
}

/** Events of one source and type. */
export interface ObservedKind {
  source: string
  type: string
  count: number
  /** Those that no rule takes. */
  unmatched: number
  /** With a rule that takes some. */
  buses: string[]
}

/** `evt.topology/1` (DESIGN §7). */
export interface TopologyResult extends Topology {
  schema: 'evt.topology/1'
  findings: Finding[]
  /** Those that evt.yaml says to leave, with why. */
  suppressed: (Finding & { reason: string })[]
}

export const severities = ['error', 'warning', 'note'] as const
export type Severity = (typeof severities)[number]

export interface Finding {
  /** Which check: `queueWithoutReader`. */
  id: string
  severity: Severity
  /** The node that it is about. */
  on: string
  explanation: string
  fix: string
  /** Nodes, or edges as `from > to`, that prove it. */
  witnesses: string[]
}
