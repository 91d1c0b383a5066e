import { expect, test } from 'vitest'
import type { Message, OpenQueue } from '../../src/aws/queue.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import { EvtError } from '../../src/errors.js'
import type { Decoded } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { received } from '../../src/taps/received.js'

const decode = createDecoder({ mapping: createMapping({ maps: ['id=$.id'] }) })
const idOf = (one: Decoded) => (one.kind === 'event' ? one.event.id : one.undecodable.reason)
const message = (id: number | string): Message => {
  const Attributes = { SentTimestamp: '1790000000000' }
  return { MessageId: `m-${id}`, Body: JSON.stringify({ id: `${id}` }), Attributes }
}

/** A queue that gives these batches, one a call, then ends the tap. */
function scripted(batches: (Message[] | Error)[], name = 'evt-tap-1') {
  const stop = new AbortController()
  const log: string[] = []
  const queue: Partial<OpenQueue> = {
    name,
    async receive({ waitSeconds }: Parameters<OpenQueue['receive']>[0]) {
      log.push(`receive ${waitSeconds}`)
      const batch = batches.shift()
      if (batch instanceof Error) throw batch
      if (!batch) stop.abort()
      return batch ?? []
    },
    async deleteBatch(messages) {
      log.push(`delete ${messages.map(({ MessageId }) => MessageId).join(' ')}`)
      return []
    },
  }
  const options = { decode, signal: stop.signal, onNote: (text: string) => log.push(text) }
  // Only these calls are made.
  return { log, batches: received(queue as OpenQueue, 'sns://orders', options) }
}

test('a message is deleted once the reader has taken it, a copy left out', async () => {
  const { log, batches } = scripted([
    [message(1), message(2)],
    [message(2), message(3)],
    [message(1)],
  ])
  expect((await batches.next()).value?.map(idOf)).toEqual(['1', '2'])
  expect(log).toEqual(['receive 20'])
  expect((await batches.next()).value?.map(idOf)).toEqual(['3'])
  expect(log.splice(0)).toEqual(['receive 20', 'delete m-1 m-2', 'receive 20'])
  expect((await batches.next()).done).toBe(true)
  expect(log).toEqual(['delete m-2 m-3', 'receive 20', 'delete m-1', 'receive 20'])
})

test('two messages of the same content are two', async () => {
  const twice = { ...message(1), MessageId: 'm-other' }
  const { batches } = scripted([[message(1), twice, { ...message(9), Body: 'no JSON' }]])
  expect((await batches.next()).value?.map(idOf)).toEqual(['1', '1', 'bad body'])
})

test('where there is more than ten, several calls are made at once, of FIFO never', async () => {
  const full = (n: number) => Array.from({ length: 10 }, (_, i) => message(`${n}-${i}`))
  const many = scripted([full(1), full(2), full(3), [], [], [], []])
  for await (const _ of many.batches);
  const waits = many.log.filter((line) => line.startsWith('receive'))
  expect(waits.map((line) => Number(line.slice(8)))).toEqual([20, 0, 0, 0, 0, 0, 0, 20])
  const fifo = scripted([full(1), full(2)], 'evt-tap-1.fifo')
  for await (const _ of fifo.batches);
  expect(fifo.log.filter((line) => line.startsWith('receive'))).toEqual(Array(3).fill('receive 20'))
})

test('a queue that somebody has removed ends the tap', async () => {
  const cause = Object.assign(new Error('gone'), { name: 'QueueDoesNotExist' })
  const missing = new EvtError('there is no queue evt-tap-1 in x', { code: 'usage', cause })
  const failure = await scripted([missing])
    .batches.next()
    .catch((error) => error)
  expect(failure).toMatchObject({
    code: 'outside',
    message: 'the queue that evt made for sns://orders is gone',
  })
})
