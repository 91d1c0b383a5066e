import type { NodeKind } from './model.js'
import { own } from './template/parse.js'

/** What an ARN or the URL of a queue names. */
export interface Named {
  readonly kind: NodeKind
  readonly name: string
  /** Twelve digits, where it is written. */
  readonly account: string | undefined
  readonly region: string | undefined
}

type Place = readonly [kind: NodeKind, pattern: RegExp]

/** By service: what the end of an ARN looks like, its name in the first group. */
const places: Readonly<Record<string, readonly Place[]>> = {
  sqs: [['queue', /^([^:/]+)$/]],
  sns: [['topic', /^([^:/]+)(?::[\w-]+)?$/]],
  lambda: [['function', /^function:([^:]+)(?::[^:]+)?$/]],
  events: [
    ['bus', /^event-bus\/(.+)$/],
    ['rule', /^rule\/(?:.+\/)?([^/]+)$/],
    ['apiDestination', /^api-destination\/([^/]+)/],
    ['archive', /^archive\/(.+)$/],
  ],
  kinesis: [
    ['consumer', /^stream\/[^/]+\/consumer\/([^:]+)/],
    ['stream', /^stream\/([^/]+)$/],
  ],
  firehose: [['firehose', /^deliverystream\/(.+)$/]],
  dynamodb: [['table', /^table\/([^/]+)(?:\/.*)?$/]],
  states: [['stateMachine', /^(?:stateMachine|express):([^:]+)(?::.+)?$/]],
  s3: [['bucket', /^([^/]+)(?:\/.*)?$/]],
  pipes: [['pipe', /^pipe\/(.+)$/]],
  logs: [['logGroup', /^log-group:([^:]+)(?::.*)?$/]],
  scheduler: [['schedule', /^schedule\/(?:[^/]+\/)?(.+)$/]],
  appsync: [['api', /^(?:apis|endpoints\/graphql-api)\/([^/]+)/]],
  'execute-api': [['api', /^([^/]+)/]],
}

/** Undefined for what is no ARN and no URL of a queue. Texts may have `${…}` in them. */
export function namedBy(written: string): Named | undefined {
  // Colons and slashes within `${AWS::Region}` are none of the ARN's.
  const tokens: string[] = []
  const text = written.replace(/\$\{[^}]*\}/g, (token) => {
    return String.fromCharCode(0xe000 + tokens.push(token) - 1)
  })
  const named = namedByPlain(text)
  if (!named) return undefined
  const name = named.name.replace(/[\ue000-\uf8ff]/g, (sign) => {
    return tokens[sign.charCodeAt(0) - 0xe000] ?? sign
  })
  return { ...named, name }
}

/** What a pattern in an ARN may name: of `arn:aws:events:*:*:*`, every kind that the service
 * has. */
export function namedByPattern(pattern: string): Named[] {
  const named = namedBy(pattern)
  if (named && named.kind !== 'service') return [named]
  const plain = pattern.replace(/\$\{[^}]*\}/g, '')
  const service = /^arn:[^:]*:([\w-]+)(?::[^:]*:[^:]*)?:\*$/.exec(plain)?.[1] ?? ''
  const kinds = (own(places, service) ?? []).map(([kind]) => kind)
  return kinds.map((kind) => ({ kind, name: '*', account: undefined, region: undefined }))
}

function namedByPlain(text: string): Named | undefined {
  const queue = /^https:\/\/(?:sqs[.-]|[\w-]*\.?queue\.)[^/]*\/[^/]+\/([^/]+)$/.exec(text)?.[1]
  if (queue !== undefined) {
    return { kind: 'queue', name: queue, account: undefined, region: undefined }
  }
  const [arn, , service = '', region = '', account = '', ...rest] = text.split(':')
  if (arn !== 'arn' || rest.length === 0) return undefined
  const end = rest.join(':')
  const where = {
    account: /^\d{12}$/.test(account) ? account : undefined,
    region: /^[a-z]{2}[a-z-]*-\d$/.test(region) ? region : undefined,
  }
  for (const [kind, pattern] of own(places, service) ?? []) {
    const name = pattern.exec(end)?.[1]
    if (name !== undefined) return { kind, name, ...where }
  }
  return { kind: 'service', name: `${service}:${end}`, ...where }
}
