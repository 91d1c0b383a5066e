import { placesOf } from '../archives/address.js'
import { PeekedStream } from '../archives/peeked-stream.js'
import type { Decoded } from '../event/event.js'
import { objectRecords, sniffBytes } from './object-records.js'
import type { Tap, TapOptions } from './tap.js'

const HEAD_BYTES = 64 * 1024
/** A writer that is silent for so long has written something whole. */
const QUIET_MS = 30

/** Standard input and named pipes, from their beginning to their end, as they are written. */
export const tap: Tap = {
  name: 'stdin',
  reads: '-, a named pipe, <(command)',
  safety: 'observe',
  missed: 'Nothing: who writes waits until evt has read.',
  repeated: 'Nothing.',
  cost: 'None.',
  iamActions: [],
  resumed: 'None can: what was read of a pipe is gone.',
  open: readPipe,
}

async function* readPipe(address: string, options: TapOptions): AsyncGenerator<Decoded[]> {
  for (const place of await placesOf(address, options)) {
    if (!('stream' in place)) continue
    const { path, stream } = place
    const stop = () => stream.stop()
    options.signal.addEventListener('abort', stop)
    if (options.signal.aborted) stop()
    options.onReady?.()
    try {
      const { head, chunks } = await begun(stream)
      const object = { kind: 'stream', path, stream: new PeekedStream(chunks, path) } as const
      yield* objectRecords(object, await sniffBytes(head, path), options)
    } finally {
      options.signal.removeEventListener('abort', stop)
      stop()
    }
  }
}

/** What came until the writer paused, which tells the format, and all that comes. */
async function begun(
  stream: AsyncIterable<Buffer>,
): Promise<{ head: Buffer; chunks: AsyncIterable<Buffer> }> {
  const rest = stream[Symbol.asyncIterator]()
  const parts: Buffer[] = []
  let sizeBytes = 0
  let next = rest.next()
  while (sizeBytes < HEAD_BYTES) {
    const come = parts.length === 0 ? await next : await beforeQuiet(next)
    if (!come || come.done) break
    parts.push(come.value)
    sizeBytes += come.value.length
    next = rest.next()
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield* parts.splice(0)
    for (let come = await next; !come.done; come = await rest.next()) yield come.value
  }
  return { head: Buffer.concat(parts), chunks: all() }
}

async function beforeQuiet<T>(coming: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const quiet = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), QUIET_MS)
  })
  try {
    return await Promise.race([coming, quiet])
  } finally {
    clearTimeout(timer)
  }
}
