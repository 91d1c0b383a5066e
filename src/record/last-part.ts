import { type CheckpointLine, recordingLine } from '../envelopes/recording.js'
import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'
import { readJson } from '../event/json.js'
import { type InPlace, partEnd } from './format.js'
import type { PartDuckdb } from './part-duckdb.js'
import { ACKNOWLEDGED, BEGUN, type Store } from './store.js'

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
  /** It begins with the first event from then on, which has not come yet. */
  fromUs?: number | undefined
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
export async function resumeOf(store: Store, there: InPlace, duckdb: PartDuckdb): Promise<Resume> {
  const { last } = there
  const begun = await begunPlaces(store)
  if (last === undefined) return { ...nothing, places: begun }
  const acknowledged = (await store.read(ACKNOWLEDGED))?.toString().trim()
  const isAcknowledged = acknowledged === last.name
  const how = { wantsPositions: !isAcknowledged, duckdb }
  const { checkpoint, positions } = await lastPart(store, there, last.name, how)
  return {
    ...{ hour: last.hour, nextPart: last.part + 1, nextRecord: checkpoint.next },
    places: new Map([...begun, ...placesOf(checkpoint)]),
    unsure: new Set([...positions, ...(checkpoint.unsure ?? [])]),
  }
}

async function begunPlaces(store: Store): Promise<Map<string, SourcePlace>> {
  const text = (await store.read(BEGUN))?.toString()
  if (text === undefined) return new Map()
  const reading = readJson(text)
  const found = reading.ok ? recordingLine(reading.value) : undefined
  if (found?.is === 'checkpoint') return placesOf(found.line)
  throw damaged(BEGUN, store)
}

function damaged(name: string, { address }: Store, cause?: unknown): EvtError {
  return new EvtError(`${name} in ${address} is damaged`, {
    code: 'outside',
    hint: 'it says where to go on: mend it, or record to another target',
    cause,
  })
}

async function lastPart(
  store: Store,
  there: InPlace,
  name: string,
  how: { wantsPositions: boolean; duckdb: PartDuckdb },
) {
  try {
    const { checkpoint, positions } = await partEnd(store, there, how)
    if (checkpoint) return { checkpoint, positions }
  } catch (error) {
    if (error instanceof EvtError) throw error
    throw damaged(name, store, error)
  }
  throw damaged(name, store)
}

function placesOf({ checkpoint }: CheckpointLine): Map<string, SourcePlace> {
  const places = new Map<string, SourcePlace>()
  for (const [source, place] of Object.entries(checkpoint)) {
    if (typeof place !== 'object' || place === null || Array.isArray(place)) continue
    const { at = null, behind, tap, version, from } = place
    const by = typeof tap === 'string' && typeof version === 'number' ? { tap, version } : undefined
    const fromUs = typeof from === 'number' ? from : undefined
    if (typeof behind === 'number') places.set(source, { at, behind, by, fromUs })
  }
  return places
}
