import type { Graph } from '../graph.js'
import type { EdgeKind, Finding, NodeKind, TopologyEdge, TopologyNode } from '../model.js'

interface Quota {
  readonly kind: NodeKind
  readonly via: EdgeKind
  readonly most: number
  readonly what: string
  /** Counts only such edges. */
  readonly isCounted?: (edge: TopologyEdge) => boolean
  /** Is of such nodes alone. */
  readonly isOf?: (node: TopologyNode) => boolean
}

const hasFilter = ({ when }: TopologyEdge) => when !== null

/**
 * Quotas as they are until AWS raises them. Those that are exceeded are found by others. [AWS docs:
 * EventBridge, eb-quota; SNS, subscription-filter-policy-constraints, and its page of features
 * (FIFO); Kinesis, service-sizes-and-limits]
 */
const quotas: readonly Quota[] = [
  { kind: 'rule', via: 'target', most: 5, what: 'targets' },
  { kind: 'bus', via: 'rule', most: 300, what: 'rules' },
  {
    ...{ kind: 'topic', via: 'subscription', most: 200, what: 'subscriptions with filters' },
    isCounted: hasFilter,
  },
  {
    ...{ kind: 'topic', via: 'subscription', most: 100, what: 'subscriptions' },
    isOf: ({ facts }) => facts.isFifo === true,
  },
  { kind: 'stream', via: 'consumer', most: 20, what: 'consumers' },
]
/** A part of a quota from which on its end is near; of five, the fifth. */
const NEAR = 0.8
/** Of all topics of an account and region together, beside those of each topic. [AWS docs: SNS,
 * subscription-filter-policy-constraints] */
const MOST_FILTERS = 10_000

/**
 * By kind: bytes that the policy of one may have, as AWS counts them about. [AWS docs: EventBridge,
 * eb-quota (characters, and can be raised); SQS, quotas-policies; SNS,
 * sns-access-policy-language-api-permissions-reference (30 KB); Lambda, gettingstarted-limits
 * (20 KB); S3, using-iam-policies (20 KB)]. Of streams nothing is said.
 */
const policies: Readonly<Partial<Record<NodeKind, number>>> = {
  ...{ bus: 10_240, queue: 8_192, topic: 30_720, function: 20_480, bucket: 20_480 },
}

/** What can hardly grow any more. */
export function nearQuotas(graph: Graph): Finding[] {
  const { nodes } = graph.topology
  const own = nodes.filter(({ declared }) => declared)
  return [
    ...quotas.flatMap((quota) => counted(graph, quota)),
    ...own.flatMap(ofPolicy),
    ...ofShards(own),
    ...ofFilters(graph),
  ]
}

function counted(graph: Graph, quota: Quota): Finding[] {
  const { kind, via, most, what, isCounted = () => true, isOf = () => true } = quota
  return graph
    .declared(kind)
    .filter(isOf)
    .flatMap(({ id }): Finding[] => {
      const ways = graph.out(id).filter((edge) => edge.via === via && isCounted(edge))
      const count = new Set(ways.map((edge) => JSON.stringify([edge.to, edge.when]))).size
      if (count < Math.floor(most * NEAR) + (most < 10 ? 1 : 0) || count > most) return []
      return [nearOf(id, `${id} has ${count} ${what} of the ${most} that AWS allows at first.`)]
    })
}

function nearOf(id: string, explanation: string): Finding {
  const fix = 'have the quota raised before it is needed, or divide them'
  return { id: 'quotaNear', severity: 'note', on: id, explanation, fix, witnesses: [id] }
}

/** Each rule or subscription may add a statement, until a deployment fails. */
function ofPolicy({ id, kind, facts: { policyBytes = 0 } }: TopologyNode): Finding[] {
  const most = policies[kind]
  if (most === undefined || policyBytes < most * NEAR) return []
  const [has, allowed] = [policyBytes, most].map((bytes) => bytes.toLocaleString('en'))
  return [
    {
      ...{ id: 'quotaNear', on: id, witnesses: [id] },
      severity: policyBytes > most ? 'warning' : 'note',
      explanation: `the policy of ${id} has about ${has} bytes of the ${allowed} that it may have.`,
      fix: 'let one statement with a pattern of ARNs stand for those that differ by an ARN alone',
    },
  ]
}

/** Shards are counted by account and region: all its streams know the same. */
function ofShards(nodes: readonly TopologyNode[]): Finding[] {
  const told = new Set<string>()
  return nodes.flatMap(({ id, at, facts: { accountShards: shards } }) => {
    if (!shards || shards.open < shards.limit * NEAR) return []
    const place = placeOf(at ?? id)
    if (told.size === told.add(place).size) return []
    const [open, limit] = [shards.open, shards.limit].map((count) => count.toLocaleString('en'))
    const where = 'its account and region'
    return [nearOf(id, `${id} is in ${where} with ${open} of ${limit} shards that may be open.`)]
  })
}

/** Of what a template declares nobody knows to which account it goes, and what is there already. */
function ofFilters(graph: Graph): Finding[] {
  const places = new Map<string, { topic: string; filters: number }>()
  for (const { id, at } of graph.declared('topic')) {
    const place = placeOf(at ?? id)
    if (place === '') continue
    const one = places.get(place) ?? { topic: id, filters: 0 }
    const ways = graph.out(id).filter(({ via, when }) => via === 'subscription' && when !== null)
    places.set(place, { ...one, filters: one.filters + ways.length })
  }
  return [...places.values()].flatMap(({ topic, filters }) => {
    if (filters < MOST_FILTERS * NEAR || filters > MOST_FILTERS) return []
    const [has, most] = [filters, MOST_FILTERS].map((count) => count.toLocaleString('en'))
    const where = `${topic} is in an account and region that has ${has} subscriptions with filters`
    return [nearOf(topic, `${where} of the ${most} that AWS allows at first.`)]
  })
}

/** The region and account of an ARN; else nothing. */
function placeOf(arn: string): string {
  return arn.split(':').slice(3, 5).join(':')
}
