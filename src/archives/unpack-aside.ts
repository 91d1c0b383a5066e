import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'
import { type ErrorCode, EvtError } from '../errors.js'
import type { Fault, FileObject, Sniffed } from './object.js'
import type { UnpackedSegment } from './segment.js'
import { startThread } from './thread.js'
import type { SegmentSizes, UnpackOptions } from './unpack.js'

/** What the thread is told to unpack. */
export interface UnpackRequest extends SegmentSizes {
  object: FileObject
  sniffed: Sniffed
  /** Takes {@link UnpackCall}, one answer each, in their order. */
  port: MessagePort
}

export interface AsideOptions extends UnpackOptions {
  /** Takes back a file that was asked for and not written. */
  unused(file: string): void
}

/** Asks for the next segment, to be written to `file`; without one, nothing more is wanted. */
export interface UnpackCall {
  file?: string
}

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
  { nextFile, unused, report, isStopped, ...sizes }: AsideOptions,
): AsyncGenerator<UnpackedSegment> {
  const { port1: port, port2 } = new MessageChannel()
  const worker = startedThread()
  const { ask, end } = caller(port, worker)
  const request: UnpackRequest = { object, sniffed, ...sizes, port: port2 }
  worker.postMessage(request, [port2])
  try {
    while (!isStopped()) {
      const file = await nextFile()
      const { segment, faults, failure } = await ask({ file })
      for (const fault of faults) report(fault)
      if (failure) throw errorOf(failure)
      if (!segment) return unused(file)
      yield segment
    }
  } finally {
    // What the thread has begun to write is finished first: the file may be removed next.
    await ask({}).catch(() => undefined)
    end()
  }
}

/** Asks over a port, one question at a time, and fails when the thread does. */
function caller(port: MessagePort, worker: Worker) {
  let waiting: { resolve(answer: UnpackAnswer): void; reject(error: Error): void } | undefined
  let failure: Error | undefined
  const fail = (error: Error) => {
    failure ??= error
    waiting?.reject(failure)
  }
  const exit = () => fail(new Error('the thread that unpacks has ended'))
  port.on('message', (answer: UnpackAnswer) => waiting?.resolve(answer))
  worker.on('error', fail).on('exit', exit)
  return {
    ask: (call: UnpackCall): Promise<UnpackAnswer> =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure)
        waiting = { resolve, reject }
        port.postMessage(call)
      }),
    end: () => {
      worker.off('error', fail).off('exit', exit)
      port.close()
    },
  }
}

/** The thread keeps no process alive; the ports of what it unpacks do. */
function startedThread(): Worker {
  if (thread) return thread
  thread = startThread('archives/unpack')
  thread.unref()
  // Whoever waits for it is told; between two objects nobody does.
  thread.on('error', () => undefined)
  thread.on('exit', () => {
    thread = undefined
  })
  return thread
}

function errorOf({ message, code, hint, stack }: NonNullable<UnpackAnswer['failure']>): Error {
  if (code) return new EvtError(message, { code, hint })
  return Object.assign(new Error(message), { stack })
}
