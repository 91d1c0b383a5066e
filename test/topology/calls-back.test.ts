import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { callsBack } from '../../src/topology/checks/calls-back.js'
import { Graph } from '../../src/topology/graph.js'
import type { SeenCall, TopologyEdge } from '../../src/topology/model.js'
import { evt } from '../helpers/cli.js'
import { bodyOf } from '../testbed/body.js'
import { type Wire, wired } from './wired.js'

const timeoutMs = 200_000
const cwd = mkdtempSync(join(tmpdir(), 'evt-calls-'))
afterAll(() => rmSync(cwd, { recursive: true }))
beforeAll(() => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) process.env[name] ??= 'test'
})
afterEach(() => vi.unstubAllEnvs())

/** shop → bus → rule → queue → bill: what shop sends, bill gets. */
const wires = (when: TopologyEdge['when']): Wire[] => [
  ['function:shop', 'bus:orders', 'permission', { sends: { source: ['shop'] } }],
  ['bus:orders', 'rule:paid', 'rule', { when }],
  ['rule:paid', 'queue:paid', 'target'],
  ['queue:paid', 'function:bill', 'mapping'],
  ['queue:paid', 'queue:dead', 'redrive'],
  ['queue:dead', 'function:undertaker', 'mapping'],
]

function found(calls: SeenCall[], when: TopologyEdge['when'] = { source: ['shop'] }) {
  const graph = new Graph({ ...wired(wires(when)), calls })
  return callsBack(graph).map(({ on, witnesses }) => `${on}: ${witnesses.join(' ')}`)
}

const call = (from: string, to: string): SeenCall => ({ from, to, count: 3 })

test('who calls back whose events it gets is told, with the way of these', () => {
  const way = 'function:bill: function:shop bus:orders rule:paid queue:paid function:bill'
  expect(found([call('bill', 'shop')])).toEqual([way])
})

test.each([
  ['the producer calls the consumer', [call('shop', 'bill')], undefined],
  ['somebody else is called', [call('bill', 'stock')], undefined],
  ['a function calls itself', [call('bill', 'bill')], undefined],
  ['who only looks at dead letters calls', [call('undertaker', 'shop')], undefined],
  ['the rule takes none of its events', [call('bill', 'shop')], { source: ['stock'] }],
])('nothing is told where %s', (_, calls, when) => {
  expect(found(calls, when)).toEqual([])
})

const template = {
  Resources: {
    Orders: { Type: 'AWS::Events::EventBus', Properties: { Name: 'orders' } },
    Shop: {
      Type: 'AWS::Lambda::Function',
      Properties: { FunctionName: 'shop', Role: { 'Fn::GetAtt': ['ShopRole', 'Arn'] } },
    },
    ShopRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Policies: [
          {
            PolicyName: 'send',
            PolicyDocument: {
              Statement: [
                {
                  ...{ Effect: 'Allow', Action: 'events:PutEvents' },
                  Resource: { 'Fn::GetAtt': ['Orders', 'Arn'] },
                },
              ],
            },
          },
        ],
      },
    },
    Bill: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'bill' } },
    ToBill: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { Ref: 'Orders' },
        EventPattern: { source: ['shop'] },
        Targets: [{ Id: 'bill', Arn: { 'Fn::GetAtt': ['Bill', 'Arn'] } }],
      },
    },
  },
}

const edge = (ReferenceId: number, TotalCount: number) => ({
  ...{ ReferenceId, SummaryStatistics: { TotalCount } },
})
/** As X-Ray has it: functions twice, and an API before one of them; two pages. */
const pages = [
  [
    { ReferenceId: 0, Name: 'bill', Type: 'AWS::Lambda', Edges: [edge(1, 9)] },
    { ReferenceId: 1, Name: 'bill', Type: 'AWS::Lambda::Function', Edges: [edge(2, 1_234)] },
  ],
  [
    { ReferenceId: 2, Name: 'shop-api/prod', Type: 'AWS::ApiGateway::Stage', Edges: [edge(3, 9)] },
    { ReferenceId: 3, Name: 'shop', Type: 'AWS::Lambda', Edges: [] },
    { ReferenceId: 4, Edges: [edge(99, 1)] },
  ],
]

async function checked(isAllowed: boolean, flags: string[]) {
  const asked: { StartTime: number; EndTime: number }[] = []
  const server = createServer(async (request, response) => {
    const { NextToken, ...range } = JSON.parse(String(await bodyOf(request)))
    asked.push(range)
    const page = Number(NextToken ?? 0)
    const type = { 'x-amzn-errortype': 'AccessDeniedException' }
    response.writeHead(isAllowed ? 200 : 403, isAllowed ? {} : type)
    const next = page + 1 < pages.length ? { NextToken: `${page + 1}` } : {}
    response.end(JSON.stringify(isAllowed ? { Services: pages[page], ...next } : {}))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const file = join(cwd, 'template.json')
  writeFileSync(file, JSON.stringify(template))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const aws = ['--endpoint-url', url, '--region', 'eu-west-1']
  const line = ['topology', 'check', '--template', file, ...flags, ...aws, '--fail-on', 'never']
  const { code, stdout } = await evt([...line, '-o', 'json'])
  server.closeAllConnections()
  server.close()
  expect(code).toBe(0)
  return { asked, result: JSON.parse(stdout) }
}

const idsOf = ({ findings }: { findings: { id: string; on: string }[] }) =>
  findings.map(({ id, on }) => `${id} ${on}`)

test(
  'X-Ray is asked, and a call through an API is one of the function behind it',
  async () => {
    const { asked, result } = await checked(true, ['--xray'])
    expect(asked).toHaveLength(2)
    const [{ StartTime = 0, EndTime = 0 } = {}] = asked
    expect(EndTime - StartTime).toBe(6 * 3_600)
    expect(result.calls).toEqual([{ from: 'bill', to: 'shop', count: 1_234 }])
    const told = result.findings.find(({ id }: { id: string }) => id === 'consumerCallsBack')
    expect(told).toMatchObject({ severity: 'warning', on: 'function:bill' })
    expect(told.explanation).toContain('called it back 1,234 times')
    expect(told.witnesses).toEqual(['function:shop', 'bus:orders', 'rule:ToBill', 'function:bill'])
  },
  timeoutMs,
)

test(
  'where X-Ray may not be asked that is a finding, and the rest goes on',
  async () => {
    const { result } = await checked(false, ['--xray'])
    const others = await checked(false, [])
    expect(idsOf(others.result).length).toBeGreaterThan(0)
    const unread = 'serviceUnread eu-west-1#xray'
    expect(idsOf(result).sort()).toEqual([...idsOf(others.result), unread].sort())
    expect(result.calls).toEqual([])
  },
  timeoutMs,
)

test(
  'without the flag nobody is asked',
  async () => {
    const { asked, result } = await checked(true, [])
    expect(asked).toEqual([])
    expect(result).not.toHaveProperty('calls')
  },
  timeoutMs,
)
