import type { JsonObject, JsonValue } from '../../event/event.js'
import { isAction, sending } from '../actions.js'
import { namedBy } from '../arn.js'
import type { NodeKind } from '../model.js'
import type { Resource } from '../template/stack.js'
import type { Wiring } from '../wiring.js'
import { isOfPlainHttp, narrows } from './conditions.js'
import { documentOf, list, mapping, mappings, type Reader } from './reader.js'

/** A statement that allows something. */
interface Statement {
  readonly who: readonly string[]
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly isConditional: boolean
  readonly condition: JsonObject
}

/** What a policy allows. What it denies is a gap, unless somebody else weighs it. */
export function statementsOf(
  resource: Resource,
  document: JsonValue | undefined,
  isWeighed: (denied: JsonObject) => boolean = () => false,
): Statement[] {
  const policy = mapping(documentOf(resource, 'the policy', document))
  return mappings(policy['Statement']).flatMap((statement) => {
    if (statement['Effect'] !== 'Deny') return [allowed(statement)]
    // Services of AWS come by TLS anyway.
    if (isOfPlainHttp(mapping(statement['Condition'])) || isWeighed(statement)) return []
    const why = 'what the policy denies is not weighed against what it allows'
    resource.stack.gap('permission', resource.logicalId, why)
    return []
  })
}

/** Whether a statement denies in any case, and says what and to whom. */
function isPlainDenial(statement: JsonObject): boolean {
  const { NotAction, NotPrincipal, NotResource, Condition, Effect } = statement
  const isOther = [NotAction, NotPrincipal, NotResource].some((one) => one !== undefined)
  return Effect === 'Deny' && !isOther && Object.keys(mapping(Condition)).length === 0
}

function allowed(statement: JsonObject): Statement {
  const { Principal: principal, Action, Resource: on, Condition } = statement
  const texts = (value: JsonValue | undefined) => list(value).map(String)
  const everyone = statement['NotPrincipal'] === undefined ? [] : ['*']
  const who =
    typeof principal === 'string'
      ? [principal]
      : [...Object.values(mapping(principal)).flatMap(texts), ...everyone]
  const condition = mapping(Condition)
  return {
    who,
    actions: statement['NotAction'] === undefined ? texts(Action) : ['*'],
    resources: statement['NotResource'] === undefined ? texts(on) : ['*'],
    isConditional: narrows(condition),
    condition,
  }
}

/** A policy that belongs to what it is about, which a property names. */
function resourcePolicy(property: string, kind: NodeKind, document = 'PolicyDocument'): Reader {
  return {
    wire(resource, wiring) {
      const { properties } = resource
      const what = `whom the policy is about`
      const nodes = list(properties[property]).flatMap((value) => {
        return wiring.find(resource, value, { what, kind }) ?? []
      })
      const written = properties[document]
      const policy = mapping(documentOf(resource, 'the policy', written))
      const policyBytes = bytesOf(policy)
      for (const on of nodes) wiring.builder.learn(on, { policyBytes })
      const denied = mappings(policy['Statement']).filter(isPlainDenial).map(allowed)
      for (const { who, actions } of denied) {
        for (const on of nodes) {
          for (const one of who) wiring.builder.deny({ who: one, actions: [...actions], on })
        }
      }
      for (const statement of statementsOf(resource, policy, isPlainDenial)) {
        const { who, actions, isConditional } = statement
        for (const on of nodes) {
          for (const one of who) {
            wiring.builder.grant({
              ...{ who: one, actions: [...actions], on, isConditional, isOfResource: true },
            })
          }
        }
      }
    },
  }
}

function bytesOf(document: JsonValue): number {
  return Buffer.byteLength(JSON.stringify(document))
}

const busPolicy: Reader = {
  wire(resource, wiring) {
    const { EventBusName, Statement: written, Principal, Action, Condition } = resource.properties
    const on =
      wiring.find(resource, EventBusName, { what: 'the bus of the policy', kind: 'bus' }) ??
      wiring.defaultBus(resource)
    const statement = written ?? { Principal: Principal ?? null, Action: Action ?? null, Condition }
    const document = { Statement: list(JSON.parse(JSON.stringify(statement))) }
    // In a template each statement may be a resource of its own.
    const { policyBytes = 0 } = wiring.builder.facts(on)
    wiring.builder.learn(on, { policyBytes: policyBytes + bytesOf(document) })
    for (const { who, actions, isConditional } of statementsOf(resource, document)) {
      for (const one of who) {
        wiring.builder.grant({
          ...{ who: one, actions: [...actions], on, isConditional, isOfResource: true },
        })
      }
    }
  },
}

const permission: Reader = {
  wire(resource, wiring) {
    const { FunctionName, Principal, Action, ...narrowing } = resource.properties
    const { SourceArn, SourceAccount, PrincipalOrgID, FunctionUrlAuthType: auth } = narrowing
    const of = { what: 'the function of the permission', kind: 'function' as const }
    const on = wiring.find(resource, FunctionName, of)
    if (on === undefined) return
    // Of a function in an account it is known; a version or alias has a policy of its own.
    const { policyBytes = 0 } = wiring.builder.facts(on)
    const bytes = Number(resource.properties['PolicyBytes'] ?? 0)
    if (bytes > policyBytes) wiring.builder.learn(on, { policyBytes: bytes })
    const isConditional =
      [SourceArn, SourceAccount, PrincipalOrgID].some(Boolean) || auth === 'AWS_IAM'
    const actions = [String(Action ?? 'lambda:InvokeFunction')]
    wiring.builder.grant({
      ...{ who: String(Principal), actions, on, isConditional, isOfResource: true },
    })
  },
}

const role: Reader = {
  settle(resource, wiring) {
    const holders = wiring.holders(resource.at)
    for (const policy of mappings(resource.properties['Policies'])) {
      permit(resource, wiring, { holders, document: policy['PolicyDocument'] })
    }
  },
}

const policy: Reader = {
  settle(resource, wiring) {
    const { Roles: roles, RoleName: one, PolicyDocument: document } = resource.properties
    const names = [...list(roles), ...list(one)]
    const holders = names.flatMap((name) => {
      const key = wiring.keyOf(resource, name)
      return key === undefined ? [] : wiring.holders(key)
    })
    permit(resource, wiring, { holders, document })
  },
}

interface Wanted {
  readonly statement: Statement
  /** Of what it allows, what puts something on its way. */
  readonly wanted: typeof sending
}

interface Permitted {
  readonly holders: readonly string[]
  readonly document: JsonValue | undefined
}

/** What the holders of a role may send, and read from queues. */
function permit(resource: Resource, wiring: Wiring, { holders, document }: Permitted): void {
  for (const statement of statementsOf(resource, document)) {
    const wanted = sending.filter(({ action }) => {
      return statement.actions.some((pattern) => isAction(pattern, action))
    })
    if (wanted.length === 0) continue
    for (const text of statement.resources) {
      if (text === '*') anywhere(resource, wiring, { holders, statement, wanted })
      const isHeld = holders.length > 0
      for (const on of text === '*' ? [] : namedIn(resource, wiring, text, isHeld)) {
        for (const holder of holders) {
          permitted(wiring, { holder, on, statement, wanted })
        }
        if (holders.length === 0) {
          const { isConditional, actions } = statement
          const who = resource.at
          wiring.builder.grant({
            ...{ who, actions: [...actions], on, isConditional, isOfResource: false },
          })
        }
      }
    }
  }
}

/** `*` tells nothing of where to; the environment of a function does. */
function anywhere(
  resource: Resource,
  wiring: Wiring,
  { holders, statement, wanted }: Wanted & { readonly holders: readonly string[] },
): void {
  const { actions, isConditional } = statement
  // A role that no node here has is named itself.
  for (const who of holders.length > 0 ? holders : [resource.at]) {
    wiring.builder.grant({
      ...{ who, actions: [...actions], on: null, isConditional, isOfResource: false },
    })
  }
  for (const who of holders) {
    const found = wiring.mentionedBy(who).filter((on) => {
      return wanted.some(({ kind }) => kind === wiring.builder.kindOf(on))
    })
    for (const on of found) permitted(wiring, { holder: who, on, statement, wanted })
    const what = wanted.map(({ action }) => action).join(', ')
    const more = found.length === 0 ? '' : `; its environment names ${found.join(', ')}`
    const explain = `${who} may ${what} on anything${more}`
    resource.stack.gap('permission', resource.logicalId, explain)
  }
}

/** @param isHeld false: roles of an account that no node here has, which may be of anything */
function namedIn(resource: Resource, wiring: Wiring, text: string, isHeld: boolean): string[] {
  const inner = text.replace(/\/\*$/, '')
  // `event-bus/*` is every bus; `inbox/*` is what is in one bucket.
  const about = namedBy(inner)?.kind === 'service' ? text : inner
  const isPattern = /[*?]/.test(about)
  if (wiring.names && (isPattern || !isHeld)) return wiring.matching(about)
  if (!isPattern || !/[*?]/.test(about.replace(/^arn:aws:\w+:\*:\*:/, ''))) {
    const of = { what: 'a resource of the policy', mayLack: true }
    return [wiring.find(resource, about, of)].flatMap((id) => id ?? [])
  }
  return wiring.matching(about)
}

function permitted(
  wiring: Wiring,
  { holder, on, statement, wanted }: Wanted & { readonly holder: string; readonly on: string },
): void {
  const { actions, isConditional, condition } = statement
  wiring.builder.grant({
    ...{ who: holder, actions: [...actions], on, isConditional, isOfResource: false },
  })
  const kind = wiring.builder.kindOf(on)
  const sends = kind === 'bus' ? sentUnder(condition) : null
  // Who may send there and receive from there goes both ways.
  for (const { action, isReading } of wanted.filter((each) => each.kind === kind)) {
    const ends = isReading ? { from: on, to: holder } : { from: holder, to: on }
    wiring.builder.permit({ ...ends, via: 'permission', when: action, sends })
  }
}

/** Conditions that say which source and type somebody may send. */
function sentUnder(condition: JsonObject): JsonValue {
  const fields: Record<string, JsonValue> = {}
  for (const [operator, given] of Object.entries(condition)) {
    if (!/(^|:)StringEquals(IfExists)?$/.test(operator)) continue
    for (const [key, value] of Object.entries(mapping(given))) {
      if (key === 'events:source') fields['source'] = list(value)
      if (key === 'events:detail-type') fields['detail-type'] = list(value)
    }
  }
  return Object.keys(fields).length === 0 ? null : fields
}

export const readers: Readonly<Record<string, Reader>> = {
  'AWS::SQS::QueuePolicy': resourcePolicy('Queues', 'queue'),
  'AWS::SQS::QueueInlinePolicy': resourcePolicy('Queue', 'queue'),
  'AWS::SNS::TopicPolicy': resourcePolicy('Topics', 'topic'),
  'AWS::SNS::TopicInlinePolicy': resourcePolicy('TopicArn', 'topic'),
  'AWS::S3::BucketPolicy': resourcePolicy('Bucket', 'bucket'),
  'AWS::Kinesis::ResourcePolicy': resourcePolicy('ResourceArn', 'stream', 'ResourcePolicy'),
  'AWS::Events::EventBusPolicy': busPolicy,
  'AWS::Lambda::Permission': permission,
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::ManagedPolicy': policy,
  'AWS::IAM::RolePolicy': policy,
}
