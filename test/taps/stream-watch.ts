import { PassThrough } from 'node:stream'
import { vi } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { Decoded, EventRecord } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { tapFor } from '../../src/taps/index.js'
import type { TapOptions } from '../../src/taps/tap.js'

/** Of a record the id, of a change that of the item. */
const decodes = ['$.id', '$.dynamodb.NewImage.id.S'].map((path) =>
  createDecoder({ mapping: createMapping({ maps: [`id=${path}`] }) }),
)
const PATIENCE_MS = 100_000

/** A tap of a stream that is read in the background. */
export interface Watch {
  readonly events: EventRecord[]
  readonly notes: string[]
  readonly ids: string[]
  readonly ended: Promise<void>
  /** As soon as there are so many events. */
  until(count: number): Promise<void>
  said(pattern: RegExp): Promise<void>
  stop(): Promise<void>
}

/** Begins to read, and is ready, or has ended. */
export async function watch(
  url: string,
  more: Partial<TapOptions> = {},
  address = 'kinesis://orders',
): Promise<Watch> {
  const stop = new AbortController()
  const events: EventRecord[] = []
  const notes: string[] = []
  let onReady = () => {}
  const ready = new Promise<void>((resolve) => {
    onReady = resolve
  })
  const { tap } = await tapFor(address, { cwd: '.', aliases: {} })
  const decode = decodes[tap.name === 'dynamodb' ? 1 : 0]
  if (decode === undefined) throw new Error('nothing decodes')
  const batches = tap.open(address, {
    ...{ start: 'beginning', follow: undefined, aliases: {}, cwd: '.', decode, pollMs: 5 },
    ...{ stdin: new PassThrough(), isWanted: () => true, signal: stop.signal, onReady },
    ...{ aws: { region: 'eu-west-1', endpointUrl: url }, consents: new Set() },
    filter: undefined,
    onFault: () => {},
    onNote: (text) => notes.push(text),
    ...more,
  })
  const ended = (async () => {
    for await (const batch of batches) events.push(...batch.flatMap(eventOf))
  })()
  ended.catch(() => {})
  await Promise.race([ready, ended])
  const wait = { timeout: PATIENCE_MS, interval: 5 }
  let failure: unknown
  ended.catch((error) => {
    failure = error
  })
  return {
    ...{ events, notes, ended },
    get ids() {
      return events.map(({ id }) => String(id))
    },
    async until(count) {
      await vi.waitFor(() => {
        if (events.length >= count) return
        const said = [failure, ...notes].join('\n')
        throw new Error(`${events.length} of ${count} events: ${said}`)
      }, wait)
    },
    async said(pattern) {
      await vi.waitFor(() => {
        if (!notes.some((note) => pattern.test(note))) throw new Error(notes.join('\n'))
      }, wait)
    },
    async stop() {
      stop.abort()
      await ended
    },
  }
}

function eventOf(decoded: Decoded): EventRecord[] {
  return decoded.kind === 'event' ? [decoded.event] : []
}
