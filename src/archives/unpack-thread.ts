// The thread behind unpack-aside.ts.
import { parentPort } from 'node:worker_threads'
import { EvtError } from '../errors.js'
import type { Fault } from './object.js'
import { unpack } from './unpack.js'
import type { UnpackAnswer, UnpackCall, UnpackRequest } from './unpack-aside.js'

parentPort?.on('message', serve)

function serve({ object, sniffed, port, ...sizes }: UnpackRequest): void {
  let stopped = false
  let faults: Fault[] = []
  const report = (fault: Fault) => {
    faults.push(fault)
  }
  let nextFile = ''
  const segments = unpack(object, sniffed, {
    ...sizes,
    nextFile: async () => nextFile,
    report,
    isStopped: () => stopped,
  })
  const answer = (found: Omit<UnpackAnswer, 'faults'>) => {
    port.postMessage({ ...found, faults })
    faults = []
  }
  port.on('message', async ({ file }: UnpackCall) => {
    try {
      if (file === undefined) {
        stopped = true
        await segments.return(undefined)
        return answer({})
      }
      nextFile = file
      answer({ segment: (await segments.next()).value })
    } catch (error) {
      answer({ failure: failureOf(error) })
    }
  })
}

function failureOf(error: unknown): NonNullable<UnpackAnswer['failure']> {
  if (error instanceof EvtError) {
    return { message: error.message, code: error.code, hint: error.hint }
  }
  if (error instanceof Error) return { message: error.message, stack: error.stack ?? '' }
  return { message: String(error) }
}
