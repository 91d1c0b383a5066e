/** Services whose resources are SOURCEs. */
export type AwsService = 'sqs' | 'sns' | 'eventbridge' | 'logs' | 'kinesis' | 'dynamodb'

/** What an address names: `sqs://orders`, an ARN, the URL of a queue. */
export interface ResourceAddress {
  readonly service: AwsService
  /** Of the resource: a queue's, topic's, bus's, log group's, stream's or table's. */
  readonly name: string
  /** What follows the name: the rule of a bus, the shard of a stream or of a table's. */
  readonly part: string | undefined
  /** Where the address says them. */
  readonly arn: string | undefined
  readonly url: string | undefined
  readonly region: string | undefined
}

/** The resource that an address names; undefined for one that is none of these services'. */
export function resourceAddress(address: string): ResourceAddress | undefined {
  const scheme = /^(sqs|sns|eventbridge|logs|kinesis|dynamodb):\/\/(.+)$/s.exec(address)
  const named = scheme?.[2] ?? address
  const service = scheme?.[1] as AwsService | undefined
  const found = arnAddress(named) ?? queueUrl(named) ?? (service && plain(service, named))
  return found && (service === undefined || found.service === service) ? found : undefined
}

const services: Readonly<Record<string, AwsService>> = {
  sqs: 'sqs',
  sns: 'sns',
  events: 'eventbridge',
  logs: 'logs',
  kinesis: 'kinesis',
  dynamodb: 'dynamodb',
}

/** `arn:aws:sqs:REGION:ACCOUNT:orders`, `…:events:…:event-bus/orders`, `…:rule/BUS/RULE`,
 * `…:logs:…:log-group:/aws/lambda/f:*`, `…:kinesis:…:stream/orders`,
 * behind which a shard may be, `…:dynamodb:…:table/orders`, `…:table/orders/stream/2026-…`. */
function arnAddress(text: string): ResourceAddress | undefined {
  const match = /^arn:[\w-]+:(sqs|sns|events|logs|kinesis|dynamodb):([\w-]*):(\d*):(.+)$/s.exec(
    text,
  )
  const [, of = '', region = '', , resource = ''] = match ?? []
  const service = services[of]
  if (service === undefined) return undefined
  const named = { service, arn: text, url: undefined, region: region || undefined }
  if (service === 'eventbridge') {
    const [, kind, bus = '', rule] = /^(event-bus|rule)\/(?:(.+)\/)?([^/]+)$/.exec(resource) ?? []
    if (kind === undefined || rule === undefined) return undefined
    if (kind === 'event-bus') return { ...named, name: resource.slice(10), part: undefined }
    // A rule of the default bus is named without it.
    return { ...named, name: bus || 'default', part: rule }
  }
  if (service === 'kinesis') {
    const [, name, shard] = /^stream\/([^/]+)(?:\/([^/]+))?$/.exec(resource) ?? []
    if (name === undefined) return undefined
    const arn = shard === undefined ? text : text.slice(0, -shard.length - 1)
    return { ...named, arn, name, part: shard }
  }
  if (service === 'dynamodb') return tableAddress(resource, text, named)
  const group = /^log-group:([^:]+)/.exec(resource)
  if (service === 'logs')
    return group?.[1] ? { ...named, name: group[1], part: undefined } : undefined
  return { ...named, name: resource, part: undefined }
}

/** A table, or the stream that it has, or had. */
function tableAddress(
  resource: string,
  text: string,
  named: Omit<ResourceAddress, 'name' | 'part'>,
): ResourceAddress | undefined {
  const [, name, stream, shard] =
    /^table\/([^/]+)(?:\/stream\/([^/]+)(?:\/([^/]+))?)?$/.exec(resource) ?? []
  if (name === undefined) return undefined
  const arn = shard === undefined ? text : text.slice(0, -shard.length - 1)
  return { ...named, arn, name, part: stream === undefined ? undefined : shard }
}

/** `https://sqs.REGION.amazonaws.com/ACCOUNT/orders`, and the same path at an emulator. */
function queueUrl(text: string): ResourceAddress | undefined {
  const match = /^https?:\/\/([^/]+)\/(?:\d{12}|queue)\/([\w.-]+)$/.exec(text)
  if (!match) return undefined
  const [, host = '', name = ''] = match
  const region = /^(?:sqs\.([\w-]+)\.|([\w-]+)\.queue\.)amazonaws\.com/.exec(host)
  const service = 'sqs' as const
  return {
    service,
    name,
    part: undefined,
    arn: undefined,
    url: text,
    region: region?.[1] ?? region?.[2],
  }
}

function plain(service: AwsService, text: string): ResourceAddress {
  const unsaid = { service, arn: undefined, url: undefined, region: undefined }
  if (service === 'kinesis' || service === 'dynamodb') {
    const [, stream = text, shard] = /^([^/]+)\/(.+)$/s.exec(text) ?? []
    return { ...unsaid, name: stream, part: shard }
  }
  // A log group's name has slashes of its own.
  if (service !== 'eventbridge') return { ...unsaid, name: text, part: undefined }
  // So have the names of partners' buses.
  const [, bus = text, rule] = /^(aws\.partner\/[^/]+\/.+|[^/]+)\/([^/]+)$/.exec(text) ?? []
  return { ...unsaid, name: rule === undefined ? text : bus, part: rule }
}
