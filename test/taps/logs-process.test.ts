import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { evtProcess, root } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

const needs = describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)
needs('evt tail of a log group, as a process', () => {
  const stream = { logGroupName: '/aws/events/shop', logStreamName: 'a' }
  let moto: Moto
  beforeAll(async () => {
    moto = await startMoto()
  })
  beforeEach(async () => {
    await moto.reset()
    await moto.call('logs', 'create_log_group', { logGroupName: stream.logGroupName })
    await moto.call('logs', 'create_log_stream', stream)
  })
  afterAll(() => moto.stop())

  const put = (...messages: string[]) => {
    const logEvents = messages.map((message) => ({ timestamp: Date.now(), message }))
    return moto.call('logs', 'put_log_events', { ...stream, logEvents })
  }

  test('shows what a rule writes there as it comes, until it is told to end', async () => {
    const bus = { Name: 'shop' }
    await moto.call('events', 'create_event_bus', bus)
    const rule = { Name: 'to-logs', EventBusName: 'shop' }
    await moto.call('events', 'put_rule', { ...rule, EventPattern: '{"source":["shop"]}' })
    const Arn = `arn:aws:logs:eu-west-1:123456789012:log-group:${stream.logGroupName}`
    await moto.call('events', 'put_targets', {
      ...{ Rule: rule.Name, EventBusName: 'shop', Targets: [{ Id: 'a', Arn }] },
    })
    const happen = (n: number) =>
      moto.call('events', 'put_events', {
        Entries: [
          {
            ...{ Source: 'shop', DetailType: 'order.placed', EventBusName: 'shop' },
            Detail: JSON.stringify({ n }),
          },
        ],
      })
    await happen(1)
    const argv = [
      'tail',
      'logs:///aws/events/shop',
      '--from',
      'beginning',
      '--fields',
      'type,payload',
    ]
    const env = { ...process.env, NODE_ENV: '', ...moto.env }
    const child = spawn(process.execPath, [`${root}bin/run.js`, ...argv], { env })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (data) => {
      stdout += data
    })
    child.stderr.on('data', (data) => {
      stderr += data
    })
    const shown = (text: string) =>
      vi.waitFor(() => expect(stdout).toBe(text), { timeout: 20_000, interval: 20 })
    await shown('order.placed  {"n":1}\n')
    await happen(2)
    await shown('order.placed  {"n":1}\norder.placed  {"n":2}\n')
    child.kill('SIGTERM')
    const [code] = await once(child, 'close')
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'shares  logs:///aws/events/shop\n' })
  })

  test('without --follow all is read, and what is no JSON counted', async () => {
    await put('START RequestId: 1', '{"id":"e-1","n":1}', 'END')
    const argv = ['logs:///aws/events/shop', '--no-follow', '-o', 'json']
    const { code, stdout, stderr } = evtProcess(['tail', ...argv, '--fields', 'envelopes,$.n'], {
      env: { ...moto.env },
    })
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        '{"schema":"evt.tail/1","sources":["logs:///aws/events/shop"],"events":[\n' +
        '{"envelopes":["logs"],"$.n":1}\n],"undecodable":2,"partial":false}\n',
    })
    const since = ['logs:///aws/events/shop', '--since', '15m', '--no-follow', '--fields', '$.n']
    expect(evtProcess(['tail', ...since], { env: { ...moto.env } }).stdout).toBe('1\n')
    expect(stderr).toMatch(/^undecodable {2}logs:\/\/\/aws\/events\/shop\/a\/\d+:1 .*JSON/)
  })

  test('a group that is not there is wrong use', () => {
    const { code, stdout, stderr } = evtProcess(['tail', 'logs://aws/events/nope'], {
      env: { ...moto.env },
    })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(
      'shares  logs://aws/events/nope\n' +
        'evt: there is no log group aws/events/nope in eu-west-1\n' +
        '     did you mean logs:///aws/events/nope?\n' +
        '     see --region, --profile and --endpoint-url\n',
    )
  })
})
