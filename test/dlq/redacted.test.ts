import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'
import { QueueWorld } from '../testbed/queue-world.js'

let at: Stage
let world: QueueWorld
beforeEach(async () => {
  world = await new QueueWorld().start()
  at = stage()
  at = { ...at, env: { ...at.env, ...world.env, COLUMNS: '100' } }
  const mapping = '{ id: $.id, type: $.type, key: $.mail }'
  const text = `events: { "*": ${mapping} }\nprivacy: { redact: [ $.mail, $.detail.mail ] }\n`
  writeFileSync(join(at.work, 'evt.yaml'), text)
})
afterEach(async () => {
  await world.stop()
  at.remove()
})

async function evt(...argv: string[]) {
  const child = startEvt(argv, at)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}

const text = (StringValue: string) => ({ DataType: 'String', StringValue })

test('neither messages of failures nor groups of a FIFO queue tell what is hidden', async () => {
  world.make('dead.fifo')
  const { arn: from } = world.make('orders.fifo', { to: 'dead.fifo', after: 3 })
  for (const [n, name] of ['ada', 'bob'].entries()) {
    const mail = `${name}@example.com`
    const body = JSON.stringify({ id: `e-${n}`, type: 'OrderPlaced', mail })
    const attributes = { ErrorCode: text('E1'), ErrorMessage: text(`no such user: ${mail}!`) }
    world.put('dead.fifo', { body, group: mail, attributes, from })
  }
  const { exit, out } = await evt('dlq', 'sqs://dead.fifo', '--yes', '--quiet', '-o', 'json')
  expect(exit).toBe(0)
  expect(out).not.toContain('@example.com')
  const { groups, messageGroups } = JSON.parse(out)
  const failure = { code: 'E1', message: 'no such user: [redacted]!' }
  // Hidden, they failed alike; groups are told apart all the same.
  expect(groups).toMatchObject([{ failure, messages: 2 }])
  const group = { group: '[redacted]', messages: 1 }
  expect(messageGroups).toMatchObject([group, group])
})

test('what Lambda left in files does not tell it either', async () => {
  const mail = 'ada@example.com'
  const requestPayload = { id: '1', source: 's', 'detail-type': 'OrderPlaced', detail: { mail } }
  const left = {
    ...{ version: '1.0', timestamp: '2026-11-01T00:00:00.000Z', requestPayload },
    requestContext: { requestId: 'r', functionArn: 'arn:f', condition: 'RetriesExhausted' },
    responsePayload: { errorType: 'UserError', errorMessage: `nobody is ${mail}` },
  }
  mkdirSync(join(at.work, 'left'))
  writeFileSync(join(at.work, 'left', '1'), JSON.stringify(left))
  const { exit, out } = await evt('dlq', 'left', '--quiet', '-o', 'json')
  expect(exit).toBe(0)
  expect(out).not.toContain(mail)
  expect(JSON.parse(out).groups).toMatchObject([{ failure: { message: 'nobody is [redacted]' } }])
})
