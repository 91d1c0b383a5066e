import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'
import { type ErrorCode, EvtError } from '../errors.js'
import type { Fault, FileObject, Sniffed } from './object.js'
import type { UnpackedSegment } from './segment.js'
import { startThread } from './thread.js'
import type { UnpackOptions } from './unpack.js'

/** What the thread is told to unpack. */
export interface UnpackRequest
  extends Pick<UnpackOptions, 'folder' | 'segmentBytes' | 'maxLineBytes' | 'chunkBytes'> {
  object: FileObject
  sniffed: Sniffed
  /** Takes {@link UnpackCall}, one answer each, in their order. */
  port: MessagePort
}

export type UnpackCall = 'next' | 'stop'

export interface UnpackAnswer {
  /** None: there are no more. */
  segment?: UnpackedSegment | undefined
  faults: readonly Fault[]
  failure?: { message: string; code?: ErrorCode; hint?: string | undefined; stack?: string }
}

let thread: Worker | undefined

/**
 * As `unpack`, by a thread of its own. Megabytes of buffers bring on a garbage collection for each
 * few dozen of them; in a thread that holds nothing else these cost next to nothing.
 */
export async function* unpackAside(
  object: FileObject,
  sniffed: Sniffed,
  { folder, segmentBytes, maxLineBytes, chunkBytes, report, isStopped }: UnpackOptions,
): AsyncGenerator<UnpackedSegment> {
  const { port1: port, port2 } = new MessageChannel()
  const ask = caller(port)
  const sizes = { folder, segmentBytes, maxLineBytes, chunkBytes }
  const request: UnpackRequest = { object, sniffed, ...sizes, port: port2 }
  startedThread().postMessage(request, [port2])
  try {
    while (!isStopped()) {
      const { segment, faults, failure } = await ask('next')
      for (const fault of faults) report(fault)
      if (failure) throw errorOf(failure)
      if (!segment) return
      yield segment
    }
  } finally {
    // What the thread has begun to write is finished first: the folder is removed next.
    await ask('stop').catch(() => undefined)
    port.close()
  }
}

function caller(port: MessagePort): (call: UnpackCall) => Promise<UnpackAnswer> {
  let waiting: { resolve(answer: UnpackAnswer): void; reject(error: Error): void } | undefined
  port.on('message', (answer: UnpackAnswer) => waiting?.resolve(answer))
  port.on('close', () => waiting?.reject(new Error('the thread that unpacks has ended')))
  return (call) =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject }
      port.postMessage(call)
    })
}

/** The thread keeps no process alive; the ports of what it unpacks do. */
function startedThread(): Worker {
  if (thread) return thread
  thread = startThread(new URL('./unpack-thread.js', import.meta.url))
  thread.unref()
  thread.on('exit', () => {
    thread = undefined
  })
  return thread
}

function errorOf({ message, code, hint, stack }: NonNullable<UnpackAnswer['failure']>): Error {
  if (code) return new EvtError(message, { code, hint })
  return Object.assign(new Error(message), { stack })
}
