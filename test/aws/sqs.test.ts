import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { resourceAddress } from '../../src/aws/address.js'
import { type OpenSqs, openSqs } from '../../src/aws/sqs.js'
import { messageRecord } from '../../src/taps/queue-messages.js'
import { describeWith } from '../helpers/needs.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('SQS', () => {
  let moto: Moto
  let sqs: OpenSqs
  const { signal } = new AbortController()
  const options = { needs: ['sqs:ReceiveMessage'], signal }
  beforeAll(async () => {
    moto = await startMoto()
  })
  beforeEach(async () => {
    for (const [name, value] of Object.entries(moto.env)) vi.stubEnv(name, value)
    sqs = await openSqs(options)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await moto.reset()
  })
  afterAll(() => moto.stop())

  const named = (address: string) => {
    const resource = resourceAddress(address)
    if (!resource) throw new Error(`no address: ${address}`)
    return resource
  }

  test('a queue is found by its name, its ARN and its URL, at the host of the URL', async () => {
    const { QueueUrl: url } = await moto.call('sqs', 'create_queue', { QueueName: 'orders' })
    const arn = `arn:aws:sqs:${moto.region}:123456789012:orders`
    for (const address of ['sqs://orders', arn, `${url}`]) {
      expect(await sqs.queue(named(address))).toMatchObject({ name: 'orders', url })
    }
    vi.stubEnv('AWS_ENDPOINT_URL', undefined)
    const there = await openSqs(options, named(`${url}`))
    const attributes = await (await there.queue(named(`${url}`))).attributes()
    expect(attributes.QueueArn).toBe(arn)
  })

  test('a queue is made with tags, listed, changed and removed', async () => {
    const attributes = { VisibilityTimeout: '5' }
    const made = await sqs.create('evt-a', { attributes, tags: { owner: 'evt' } })
    await sqs.create('other', { attributes, tags: {} })
    expect((await sqs.list('evt-')).map(({ name }) => name)).toEqual(['evt-a'])
    await made.setAttributes({ VisibilityTimeout: '7' })
    expect((await made.attributes()).VisibilityTimeout).toBe('7')
    expect(await made.tags()).toEqual({ owner: 'evt' })
    await made.remove()
    expect(await sqs.list('evt-')).toEqual([])
  })

  test('messages are received with all that SQS knows, given back, and deleted', async () => {
    const queue = await sqs.create('orders', { attributes: {}, tags: {} })
    await moto.call('sqs', 'send_message', {
      QueueUrl: queue.url,
      MessageBody: '{"id":"é"}',
      MessageAttributes: { origin: { DataType: 'String', StringValue: 'shop' } },
    })
    const [message] = await queue.receive({ waitSeconds: 1, hiddenSeconds: 60 })
    if (!message) throw new Error('nothing was received')
    const { value, position, sizeBytes, head } = messageRecord(message, 'sqs://orders')
    expect(value).toEqual({
      MessageId: message.MessageId,
      Body: '{"id":"é"}',
      MD5OfBody: message.MD5OfBody,
      Attributes: expect.objectContaining({ ApproximateReceiveCount: '1' }),
      MessageAttributes: { origin: { DataType: 'String', StringValue: 'shop' } },
    })
    expect(position).toEqual({ path: `sqs://orders/${message.MessageId}`, record: 1 })
    expect(sizeBytes).toBe(11 + 6 + 6 + 4)
    expect(Buffer.from(head).toString()).toBe('{"id":"é"}')
    expect(await queue.receive({ waitSeconds: 0 })).toEqual([])
    expect(await queue.changeVisibilityBatch([message], 0)).toEqual([])
    const [again] = await queue.receive({ waitSeconds: 0 })
    if (!again) throw new Error('it was not given back')
    const wrong = { ...again, ReceiptHandle: 'wrong' }
    expect(await queue.deleteBatch([wrong, again])).toEqual([
      { message: wrong, reason: 'ReceiptHandleIsInvalid', isTemporary: false },
    ])
    expect(await queue.attributes()).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    })
  })

  test('one that is not there, and what ends while SQS waits', async () => {
    await expect(sqs.queue(named('sqs://x'))).rejects.toMatchObject({
      code: 'usage',
      message: `there is no queue x in ${moto.region}`,
    })
    const queue = await sqs.create('orders', { attributes: {}, tags: {} })
    const receiving = queue.receive({ waitSeconds: 20, signal: AbortSignal.timeout(50) })
    await expect(receiving).rejects.toMatchObject({ code: 'interrupted' })
  })
})
