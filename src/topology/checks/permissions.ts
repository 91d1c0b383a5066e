import { isAction } from '../actions.js'
import type { Graph } from '../graph.js'
import type { Finding, Grant, NodeKind, TopologyEdge } from '../model.js'

/** By kind of who is sent to: the action that its own policy has to allow. */
const allowed: Partial<Record<NodeKind, string>> = {
  queue: 'sqs:SendMessage',
  topic: 'sns:Publish',
  function: 'lambda:InvokeFunction',
}

/** By kind of who sends: as whom it comes, and on which ways. */
const principals: Partial<Record<NodeKind, readonly [string, readonly string[]]>> = {
  rule: ['events.amazonaws.com', ['target', 'dlq']],
  topic: ['sns.amazonaws.com', ['subscription', 'dlq']],
  bucket: ['s3.amazonaws.com', ['notification']],
}

/** Targets of a rule that take nothing without a role. */
const needRole: ReadonlySet<NodeKind> = new Set(['stream', 'firehose', 'stateMachine', 'pipe'])

/** What may not be delivered, and who may send that should not. */
export function permissions(graph: Graph): Finding[] {
  const { edges, grants } = graph.topology
  const byNode = new Map<string, Grant[]>()
  for (const grant of grants) {
    if (grant.on === null || !grant.isOfResource) continue
    const list = byNode.get(grant.on)
    if (list) list.push(grant)
    else byNode.set(grant.on, [grant])
  }
  return [
    ...edges.flatMap((edge) => undelivered(graph, edge, byNode.get(edge.to) ?? [])),
    ...grants.flatMap((grant) => tooWide(grant)),
  ]
}

function undelivered(graph: Graph, edge: TopologyEdge, own: readonly Grant[]): Finding[] {
  const [source, target] = [graph.node(edge.from), graph.node(edge.to)]
  if (!source?.declared || !target?.declared) return []
  const witnesses = [`${edge.from} > ${edge.to}`]
  if (source.kind === 'rule' && edge.via === 'target' && needRole.has(target.kind)) {
    if (edge.facts.hasRole !== false) return []
    return [
      {
        ...{ id: 'targetWithoutPermission', severity: 'error', on: edge.to, witnesses },
        explanation: `${edge.from} has no role to send to ${edge.to} with: nothing arrives.`,
        fix: 'give the target a RoleArn that may send there',
      },
    ]
  }
  const [principal, ways] = principals[source.kind] ?? []
  const action = allowed[target.kind]
  if (principal === undefined || action === undefined || !ways?.includes(edge.via)) return []
  if (edge.facts.hasRole === true) return []
  const refused = refusedBy(graph, edge, { principal, action })
  if (refused.length > 0) return refused
  const isAllowed = own.some((grant) => {
    const isWho = grant.who === principal || grant.who === '*' || grant.who.includes('${')
    return isWho && grant.actions.some((pattern) => isAction(pattern, action))
  })
  if (isAllowed) return []
  return [
    {
      ...{ id: 'targetWithoutPermission', severity: 'error', on: edge.to, witnesses },
      explanation:
        `nothing here allows ${principal} ${action} on ${edge.to}: nothing arrives from ` +
        `${edge.from}.`,
      fix:
        target.kind === 'function'
          ? `add an AWS::Lambda::Permission for ${principal}, with the SourceArn of ${edge.from}`
          : `add a policy to ${edge.to} that allows ${principal} ${action}, for ${edge.from} alone`,
    },
  ]
}

/** What keeps a service out though it is allowed: a denial, or the key of what is encrypted. */
function refusedBy(
  graph: Graph,
  { from, to }: TopologyEdge,
  { principal, action }: { readonly principal: string; readonly action: string },
): Finding[] {
  const witnesses = [`${from} > ${to}`]
  const isOf = (who: string) => who === principal || who === '*'
  const denial = graph.topology.denials?.find(({ who, actions, on }) => {
    return on === to && isOf(who) && actions.some((pattern) => isAction(pattern, action))
  })
  const users = graph.node(to)?.facts.keyUsers
  return [
    ...(denial === undefined
      ? []
      : [
          {
            ...{ id: 'targetDenied', severity: 'error' as const, on: to, witnesses },
            explanation:
              `the policy of ${to} denies ${denial.who} ${action}, whatever else allows it: ` +
              `nothing arrives from ${from}.`,
            fix: `let the Deny leave out ${principal}, or narrow it by a condition`,
          },
        ]),
    ...(users === undefined || users.some(isOf)
      ? []
      : [
          {
            ...{ id: 'keyWithoutPermission', severity: 'error' as const, on: to, witnesses },
            explanation:
              `${to} is encrypted, and its key does not let ${principal} use it: nothing ` +
              `arrives from ${from}.`,
            fix:
              `take a key of your own whose policy allows ${principal} kms:GenerateDataKey* and ` +
              'kms:Decrypt; the key of AWS itself lets no service',
          },
        ]),
  ]
}

function tooWide({ who, actions, on, isConditional, isOfResource }: Grant): Finding[] {
  if (on === null || !isOfResource) return []
  const witnesses = [`${who}: ${actions.join(', ')}`]
  if (who === '*' && !isConditional) {
    return [
      {
        ...{ id: 'publicPolicy', severity: 'error', on, witnesses },
        explanation: `the policy of ${on} allows everybody, in any account, ${actions.join(', ')}.`,
        fix: 'name the accounts or services, or add a condition such as aws:SourceArn',
      },
    ]
  }
  if (actions.some((action) => action === '*' || /:\*$/.test(action))) {
    return [
      {
        ...{ id: 'wildcardPolicy', severity: 'warning', on, witnesses },
        explanation: `the policy of ${on} allows ${who} every action.`,
        fix: 'name the actions that are needed',
      },
    ]
  }
  return []
}
