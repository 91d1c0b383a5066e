import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Message, OpenQueue } from '../../src/aws/queue.js'
import { moveByEvt } from '../../src/dlq/move.js'
import { MoveJournal } from '../../src/dlq/move-journal.js'
import { EvtError } from '../../src/errors.js'
import type { OpenSink } from '../../src/sinks/sink.js'

test('what a target could not put on its disk is noted as sent by no journal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'evt-move-'))
  const given: Message[][] = [[{ MessageId: 'a', ReceiptHandle: 'r', Body: '{}' }]]
  const deleted: (string | undefined)[] = []
  const queue = {
    name: 'dead',
    receive: async () => given.shift() ?? [],
    deleteBatch: async (batch: readonly Message[]) => {
      deleted.push(...batch.map(({ MessageId }) => MessageId))
      return []
    },
    changeVisibilityBatch: async () => [],
  } as unknown as OpenQueue // what a move asks for
  const sink: OpenSink = {
    ...{ target: 'a file', keepsOrder: false, isInTurn: true, close: () => {} },
    limits: { entries: 10, entryBytes: 1_000, batchBytes: 1_000 },
    prepare: ({ body }) => ({ message: body, sizeBytes: body.length }),
    send: async (batch) => batch.map((_, n) => ({ isSent: true, messageId: `byte ${n}` })),
    sync() {
      throw new EvtError('cannot write', { code: 'outside' })
    },
  }
  const path = join(folder, 'j.ndjson')
  const of = { from: 'dead', to: 'file' }
  const signal = new AbortController().signal
  const journal = MoveJournal.open(path, of)
  const { failure } = await moveByEvt({
    ...{
      queue,
      nature: { isFifo: false, maxReceives: null },
      sink,
      journal,
      decode: () => [],
      erased: { without: async (letter) => letter },
      isOf: () => true,
    },
    ...{ perSecond: null, beganMs: 1, signal, late: signal },
    ...{ onProgress: () => {}, onNote: () => {} },
  })
  journal.close()
  expect(failure).toMatchObject({ message: 'cannot write' })
  expect(deleted).toEqual([])
  const again = MoveJournal.open(path, of)
  expect(again.wasSent('a')).toBe(false)
  again.close()
  rmSync(folder, { recursive: true })
})
