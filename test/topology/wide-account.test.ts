import { afterEach, expect, test, vi } from 'vitest'
import { inventories } from '../../src/aws/inventory/index.js'
import { topologyOfAccounts } from '../../src/topology/account/from-accounts.js'
import { startWideAccount } from '../testbed/wide-account.js'

afterEach(() => void vi.unstubAllEnvs())

test('5,000 resources are found by one call each and those that list them', async () => {
  const [queues, rules] = [2_500, 2_500]
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test')
  const wide = await startWideAccount(queues, rules)
  const { signal } = new AbortController()
  const asked = { profiles: [], regions: ['eu-west-1'], endpointUrl: wide.url, signal }
  const { nodes, edges, gaps } = await topologyOfAccounts(asked).finally(() => wide.stop())
  expect(nodes.filter(({ kind, declared }) => kind === 'queue' && declared)).toHaveLength(queues)
  expect(edges.filter(({ via }) => via === 'target')).toHaveLength(rules)
  const { other: refused, ...counts } = Object.fromEntries(wide.calls)
  expect(counts).toMatchObject({
    ...{ ListQueues: 3, GetQueueAttributes: queues, ListRules: 25, ListTargetsByRule: rules },
    ...{ GetCallerIdentity: 1, ListEventBuses: 1, DescribeEventBus: 1 },
  })
  expect(refused).toBeLessThan(15)
  expect(wide.mostAtOnce()).toBeLessThanOrEqual(8 * inventories.length)
  const unread = gaps.filter(({ kind }) => kind === 'service').map(({ at }) => at.split('#')[1])
  expect([...new Set(unread)].sort()).toEqual([
    ...['apigateway', 'appsync', 'dynamodb', 'firehose', 'iam', 'iot', 'kinesis', 'lambda'],
    ...['pipes', 's3', 'scheduler', 'sns', 'states'],
  ])
}, 300_000)
