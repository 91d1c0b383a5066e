import { manyLines, oneLine } from './one-line.js'
import type { Sink } from './sink.js'

const MEBIBYTE = 1_048_576

/** Standard output, for other programs: a body a line. */
export const stdout: Sink = {
  name: 'stdout',
  writes: '-, standard output',
  order: 'Lines stand in the order in which they are sent.',
  repeated: 'Nothing is printed twice in one run; the next run prints all of it again.',
  cost: 'Nothing.',
  ...{ marks: 'document', callMs: 0.1 },
  iamActions: [],
  async open() {
    let lines = 0
    return {
      target: 'standard output',
      limits: { entries: 1_000, entryBytes: 128 * MEBIBYTE, batchBytes: MEBIBYTE },
      keepsOrder: false,
      isInTurn: true,
      prepare({ body }) {
        const line = oneLine(body)
        if (line === undefined) return { refused: manyLines }
        const message = `${line}\n`
        return { message, sizeBytes: Buffer.byteLength(message) }
      },
      async send(batch) {
        await printed(batch.join(''))
        return batch.map(() => {
          lines += 1
          return { isSent: true, messageId: `line ${lines}` }
        })
      },
      close: () => {},
    }
  },
}

/** As fast as its reader takes it. That it has gone is told to who watches the stream. */
function printed(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()))
}
