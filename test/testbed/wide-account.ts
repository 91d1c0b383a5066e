import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bodyOf } from './body.js'

/** An account with so many queues, and so many rules on one bus, and nothing else that may be
 * asked about. */
export interface WideAccount {
  readonly url: string
  /** How often each call was made. */
  readonly calls: ReadonlyMap<string, number>
  /** The most calls that were under way at once. */
  readonly mostAtOnce: () => number
  stop(): Promise<void>
}

const account = '123456789012'
const region = 'eu-west-1'

export async function startWideAccount(queues: number, rules: number): Promise<WideAccount> {
  const calls = new Map<string, number>()
  const under = { now: 0, most: 0 }
  const answers = answersOf(queues, rules)
  const server = createServer(async (request, response) => {
    under.now++
    under.most = Math.max(under.most, under.now)
    const body = await bodyOf(request)
    await new Promise(setImmediate)
    under.now--
    if (body !== undefined) answer(request, response, body.toString())
  })
  const answer = (request: IncomingMessage, response: ServerResponse, body: string) => {
    const target = String(request.headers['x-amz-target'] ?? '')
    const operation = target.split('.').at(-1) || new URLSearchParams(body).get('Action') || 'other'
    calls.set(operation, (calls.get(operation) ?? 0) + 1)
    if (operation === 'GetCallerIdentity') return void response.end(identity)
    const given = answers.get(operation)
    const isJson = target !== '' && given !== undefined
    response.writeHead(isJson ? 200 : 403, { 'content-type': 'application/x-amz-json-1.0' })
    const refusal = { __type: 'AccessDeniedException', message: 'no' }
    response.end(JSON.stringify(isJson ? given(JSON.parse(body)) : refusal))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ calls, mostAtOnce: () => under.most },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const identity =
  '<GetCallerIdentityResponse><GetCallerIdentityResult>' +
  `<Arn>arn:aws:iam::${account}:user/ann</Arn><Account>${account}</Account>` +
  '</GetCallerIdentityResult></GetCallerIdentityResponse>'

type Answer = (given: Record<string, string | number | undefined>) => object

function answersOf(queues: number, rules: number): ReadonlyMap<string, Answer> {
  const page = <T>(token: unknown, size: number, count: number, of: (n: number) => T) => {
    const from = Number(token ?? 0)
    const found = Array.from({ length: Math.min(size, count - from) }, (_, n) => of(from + n))
    return { found, NextToken: from + size < count ? `${from + size}` : undefined }
  }
  const arn = (service: string, resource: string) =>
    `arn:aws:${service}:${region}:${account}:${resource}`
  const url = (n: number) => `https://sqs.${region}.amazonaws.com/${account}/q${n}`
  const rule = (n: number) => ({
    ...{ Name: `r${n}`, Arn: arn('events', `rule/r${n}`), EventBusName: 'default' },
    ...{ State: 'ENABLED', EventPattern: '{"source":["a"]}' },
  })
  const bus = { Name: 'default', Arn: arn('events', 'event-bus/default') }
  const answers: [string, Answer][] = [
    [
      'ListQueues',
      ({ NextToken: token }) => {
        const { found: QueueUrls, NextToken } = page(token, 1_000, queues, url)
        return { QueueUrls, NextToken }
      },
    ],
    [
      'GetQueueAttributes',
      ({ QueueUrl }) => {
        return { Attributes: { QueueArn: arn('sqs', `q${String(QueueUrl).split('/q')[1]}`) } }
      },
    ],
    ['ListEventBuses', () => ({ EventBuses: [bus] })],
    ['DescribeEventBus', () => ({ Name: 'default' })],
    [
      'ListRules',
      ({ NextToken: token }) => {
        const { found: Rules, NextToken } = page(token, 100, rules, rule)
        return { Rules, NextToken }
      },
    ],
    [
      'ListTargetsByRule',
      ({ Rule }) => ({ Targets: [{ Id: 'a', Arn: arn('sqs', `q${String(Rule).slice(1)}`) }] }),
    ],
    ['ListArchives', () => ({ Archives: [] })],
    ['ListApiDestinations', () => ({ ApiDestinations: [] })],
  ]
  return new Map(answers)
}
