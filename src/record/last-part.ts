import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type CheckpointLine, recordingLine } from '../envelopes/recording.js'
import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'
import { parseJson } from '../event/json.js'
import { ACKNOWLEDGED, partOf, type Store } from './store.js'

/** A tap, and the version of what it says. */
export interface TapVersion {
  tap: string
  version: number
}

/** Where a source is read on. */
export interface SourcePlace {
  /** What its tap said; null: it begins as it did. */
  at: JsonValue
  /** So many records behind it are recorded, too. */
  behind: number
  /** Whose words `at` is in; undefined in recordings that do not say. */
  by?: TapVersion | undefined
}

/** What a recording says of how to go on. */
export interface Resume {
  hour: string | undefined
  nextPart: number
  nextRecord: number
  places: ReadonlyMap<string, SourcePlace>
  /** Positions of what was recorded, and maybe not acknowledged. */
  unsure: ReadonlySet<string>
}

const nothing: Resume = {
  ...{ hour: undefined, nextPart: 1, nextRecord: 1, places: new Map(), unsure: new Set() },
}

/** @throws EvtError `outside` where the last part is damaged */
export async function resumeOf(store: Store): Promise<Resume> {
  const last = await store.lastPart()
  const named = last === undefined ? undefined : partOf(last)
  if (last === undefined || named === undefined) return nothing
  const acknowledged = (await store.read(ACKNOWLEDGED))?.toString().trim()
  const isAcknowledged = acknowledged === last
  const { checkpoint, positions } = await lastPart(store, last, !isAcknowledged)
  return {
    ...{ hour: named.hour, nextPart: named.part + 1, nextRecord: checkpoint.next },
    places: placesOf(checkpoint),
    unsure: new Set([...positions, ...(checkpoint.unsure ?? [])]),
  }
}

async function lastPart(store: Store, name: string, wantsPositions: boolean) {
  const positions = new Set<string>()
  let last = ''
  const damaged = (cause?: unknown) =>
    new EvtError(`${name} in ${store.address} is damaged`, {
      code: 'outside',
      hint: 'it says where to go on: mend it, or record to another target',
      cause,
    })
  try {
    await pipeline(
      await store.part(name),
      createGunzip(),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const line of textLines(chunks)) {
          const found = wantsPositions ? recordingLine(parseJson(line)) : undefined
          if (found?.is === 'record' && found.line.held) positions.add(found.line.at[0])
          last = line
        }
      },
    )
    const found = recordingLine(parseJson(last))
    if (found?.is === 'checkpoint') return { checkpoint: found.line, positions }
  } catch (error) {
    if (error instanceof EvtError) throw error
    throw damaged(error)
  }
  throw damaged()
}

async function* textLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

function placesOf({ checkpoint }: CheckpointLine): Map<string, SourcePlace> {
  const places = new Map<string, SourcePlace>()
  for (const [source, place] of Object.entries(checkpoint)) {
    if (typeof place !== 'object' || place === null || Array.isArray(place)) continue
    const { at = null, behind, tap, version } = place
    const by = typeof tap === 'string' && typeof version === 'number' ? { tap, version } : undefined
    if (typeof behind === 'number') places.set(source, { at, behind, by })
  }
  return places
}
