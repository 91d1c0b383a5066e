import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../helpers/needs.js'
import { type Moto, python, startMoto } from './moto.js'

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('the test bed', () => {
  let moto: Moto
  beforeAll(async () => {
    moto = await startMoto()
  })
  afterAll(() => moto.stop())

  test('answers an independent client, says why not, and forgets', async () => {
    const { call } = moto
    const made = await call('sqs', 'create_queue', { QueueName: 'orders' })
    expect(made['QueueUrl']).toBe(`${moto.url}/123456789012/orders`)
    await expect(call('sqs', 'get_queue_url', { QueueName: 'x' })).rejects.toThrow('NonExistent')
    await moto.reset()
    expect((await call('sqs', 'list_queues'))['QueueUrls']).toBeUndefined()
  })
})
