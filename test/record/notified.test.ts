import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { isLong } from '../helpers/campaign.js'
import { chances } from '../helpers/chances.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { partsIn, recordsIn } from './recorded.js'

const KILLS = isLong ? 25 : 3
const OBJECTS = 4
const LINES = 300

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  'evt record of objects that a queue tells of',
  () => {
    let moto: Moto
    let at: Stage
    let QueueUrl: string
    beforeAll(async () => {
      moto = await startMoto()
    })
    beforeEach(async () => {
      await moto.reset()
      at = stage()
      at = { ...at, env: { ...at.env, ...moto.env } }
      const CreateBucketConfiguration = { LocationConstraint: moto.region }
      await moto.call('s3', 'create_bucket', { Bucket: 'acme', CreateBucketConfiguration })
      QueueUrl = `${(await moto.call('sqs', 'create_queue', { QueueName: 'news' }))['QueueUrl']}`
      const QueueArn = `arn:aws:sqs:${moto.region}:123456789012:news`
      await moto.call('s3', 'put_bucket_notification_configuration', {
        Bucket: 'acme',
        NotificationConfiguration: {
          QueueConfigurations: [{ QueueArn, Events: ['s3:ObjectCreated:*'] }],
        },
      })
    })
    afterEach(() => at.remove())
    afterAll(() => moto.stop())

    const record = (...more: string[]) => {
      const queue = ['--notifications', 'sqs://news', '--intrusive', '--consume']
      const how = ['--to', 'recorded', '--roll-every', '100ms', '--roll-size', '10KB', ...more]
      return startEvt(['record', 's3://acme/in/', ...queue, ...how], at)
    }
    const idsOf = (n: number) => Array.from({ length: LINES }, (_, line) => `${n}-${line}`)
    const recorded = async () =>
      recordsIn(await partsIn(join(at.work, 'recorded'))).map(({ records }) => records?.[0]?.['id'])

    async function put(n: number): Promise<void> {
      const Body = idsOf(n).map((id) => `{"id":"${id}"}\n`)
      await moto.call('s3', 'put_object', {
        Bucket: 'acme',
        Key: `in/a b/${n}`,
        Body: Body.join(''),
      })
    }

    test('killed at any moment, each line is recorded once, and the queue is empty', async () => {
      const chance = chances()
      for (let round = 0; round < KILLS; round++) {
        for (let n = 0; n < OBJECTS; n++) await put(round * OBJECTS + n)
        const child = record()
        await child.said('intrusive  s3://acme/in/')
        await setTimeout(chance() * 1_500)
        child.kill('SIGKILL')
        await child.end
      }
      const all = Array.from({ length: KILLS * OBJECTS }, (_, n) => idsOf(n)).flat()
      const child = record()
      await expect
        .poll(async () => new Set(await recorded()).size, { timeout: 200_000, interval: 500 })
        .toBe(all.length)
      child.kill('SIGINT')
      expect(await child.end).toEqual({ exit: 130, signal: null })
      const ids = await recorded()
      expect(ids.filter((id, n) => ids.indexOf(id) < n)).toEqual([])
      expect(ids.sort()).toEqual(all.sort())
      const { Attributes } = await moto.call('sqs', 'get_queue_attributes', {
        ...{ QueueUrl, AttributeNames: ['All'] },
      })
      expect(Attributes).toMatchObject({
        ...{ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' },
      })
    }, 900_000)
  },
)
