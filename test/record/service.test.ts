import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { root } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { partsIn, partsOf, recordsIn } from './recorded.js'

const unitFile = join(root, 'docs/record/evt-record.service')
const unit = readFileSync(unitFile, 'utf8')
const dockerfile = readFileSync(join(root, 'docs/record/Dockerfile'), 'utf8')
const saysOf = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? ''

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0
describeWith('systemd-analyze', hasSystemd)('evt-record.service', () => {
  test('is a unit that systemd has nothing to say against', () => {
    const { stderr, status } = spawnSync('systemd-analyze', ['verify', '--man=no', unitFile])
    expect({ stderr: stderr.toString(), status }).toEqual({ stderr: '', status: 0 })
  })
})

describe('the container', () => {
  test('installs this package, on a Node that it runs on', () => {
    const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(dockerfile).toContain(`npm install --global ${name} `)
    expect(Number(/^FROM node:(\d+)/m.exec(dockerfile)?.[1])).toBeGreaterThanOrEqual(22)
  })
})

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('as a service', () => {
  let moto: Moto
  let at: Stage
  beforeAll(async () => {
    moto = await startMoto()
  })
  beforeEach(async () => {
    await moto.reset()
    at = stage()
    at = { ...at, env: { ...at.env, ...moto.env } }
    const { QueueUrl } = await moto.call('sqs', 'create_queue', { QueueName: 'orders' })
    await moto.call('sqs', 'send_message', { QueueUrl, MessageBody: '{"id":"1"}' })
    const CreateBucketConfiguration = { LocationConstraint: moto.region }
    await moto.call('s3', 'create_bucket', { Bucket: 'acme-events', CreateBucketConfiguration })
  })
  afterEach(() => at.remove())
  afterAll(() => moto.stop())

  /** Runs a command line until it has something, then ends it as a service is ended. */
  async function served(argv: readonly string[], has: () => Promise<unknown>) {
    const child = startEvt([...argv, '--roll-every', '1s'], at)
    const seen = () => has().then(Boolean, () => false)
    await expect.poll(seen, { timeout: 100_000, message: 'nothing is recorded' }).toBe(true)
    child.kill('SIGTERM')
    return child.end
  }

  test('the unit records, and ends as it says that it ends', async () => {
    const [env, program, ...argv] = saysOf('ExecStart').split(' ')
    expect([env, program]).toEqual(['/usr/bin/env', 'evt'])
    const state = `/var/lib/${saysOf('StateDirectory')}/`
    const to = join(at.work, 'orders')
    const typed = argv.map((one) => (one === `${state}orders` ? to : one))
    expect(typed).toContain(to)
    const { exit } = await served(typed, async () => recordsIn(partsIn(to)).length)
    expect(exit).toBe(Number(saysOf('SuccessExitStatus')))
    expect(saysOf('RestartPreventExitStatus')).toBe('2')
  })

  test('the container records what its first lines say', async () => {
    const [, run = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? []
    const [program, ...argv] = JSON.parse(run) as string[]
    expect(program).toBe('evt')
    const [, more = ''] = /evt-record \\\n#\s+(.*)$/m.exec(dockerfile) ?? []
    const recorded = async () => recordsIn(await partsOf(moto, 'acme-events', 'orders')).length
    const { exit } = await served([...argv, ...more.split(' ')], recorded)
    expect(exit).toBe(130)
  })
})
