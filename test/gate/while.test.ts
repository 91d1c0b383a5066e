import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { listing } from '../testbed/account.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

// The built evt judges what a command sends to emulated AWS.

const PATIENCE_MS = 100_000

/** Sends so many messages, by boto3. */
const load = `import os, sys, boto3
aws = dict(endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name="eu-west-1")
for n in range(int(sys.argv[1])):
    body = '{"id":"e-%d","type":"placed"}' % n
    if sys.argv[2] == "sqs":
        sqs = boto3.client("sqs", **aws)
        url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=body)
    else:
        boto3.client("sns", **aws).publish(TopicArn=sys.argv[2], Message=body)
print("sent")
`

test(
  'what a command prints comes as it is, however much that is',
  async () => {
    const at = stage()
    try {
      writeFileSync(join(at.work, 'a.log'), '')
      const print = 'head -c 20000000 /dev/zero | tr "\\0" x; echo "{\\"id\\":\\"1\\"}" >> a.log'
      const words = ['check', 'a.log', '--settle', '1s', '--rule', 'events == 1', '--while', print]
      const run = startEvt(words, at)
      expect(await run.end).toEqual({ exit: 0, signal: null })
      expect(run.err.text.replace(/x+/, (all) => `${all.length}`)).toBe('observe  a.log\n20000000')
    } finally {
      at.remove()
    }
  },
  PATIENCE_MS,
)

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('evt check', () => {
  let moto: Moto
  let at: Stage
  beforeAll(async () => {
    moto = await startMoto()
  }, PATIENCE_MS)
  afterAll(() => moto.stop())
  beforeEach(async () => {
    await moto.reset()
    at = stage(moto.env)
    writeFileSync(join(at.work, 'load.py'), load)
    await moto.call('sqs', 'create_queue', { QueueName: 'orders' })
    await moto.call('sns', 'create_topic', { Name: 'orders' })
  }, PATIENCE_MS)
  afterEach(() => at.remove())

  const check = async (...words: string[]) => {
    const run = startEvt(['check', ...words, '-o', 'json', '--map', 'id=$.id'], at)
    const { exit } = await run.end
    return { exit, result: JSON.parse(run.out.text), err: run.err.text }
  }

  test.each([
    ['sqs://orders', 'sqs', '--intrusive'],
    ['sns://orders', 'arn:aws:sns:eu-west-1:123456789012:orders', '--duration=90s'],
  ])(
    'counts all that is sent to %s while a command runs',
    async (source, target, more) => {
      const before = await listing(moto)
      const { exit, result, err } = await check(
        ...[source, more, '--settle', '3s', '--while', `${python} load.py 12 ${target}`],
        ...['--rule', 'events == 12', '--rule', 'distinct == 12', '--rule', 'latency.skewed == 0'],
      )
      expect(err).toContain('sent\n')
      expect(result).toMatchObject({ schema: 'evt.check/1', verdict: 'pass', events: 12 })
      expect(exit).toBe(0)
      expect(await listing(moto)).toEqual(before)
    },
    PATIENCE_MS,
  )

  test(
    'a watch ends as soon as what comes breaks a rule for good, and leaves nothing behind',
    async () => {
      const before = await listing(moto)
      const watch = startEvt(
        [
          ...['check', 'sns://orders', '--watch', '--window', '500ms', '--duration', '90s'],
          ...['--rule', 'events < 3', '--rule', 'warn events < 1', '-o', 'json'],
        ],
        at,
      )
      await watch.said('from now on')
      const TopicArn = 'arn:aws:sns:eu-west-1:123456789012:orders'
      for (let n = 0; n < 3; n++) await moto.call('sns', 'publish', { TopicArn, Message: '{}' })
      expect((await watch.end).exit).toBe(4)
      expect(watch.err.text).toMatch(/3 events: fail, certainly after \d+ looks?\n/)
      expect(JSON.parse(watch.out.text)).toMatchObject({ verdict: 'fail', partial: false })
      expect(await listing(moto)).toEqual(before)
    },
    PATIENCE_MS,
  )
})
