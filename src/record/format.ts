import { type CheckpointLine, recordingLine } from '../envelopes/recording.js'
import { EvtError } from '../errors.js'
import { parseJson } from '../event/json.js'
import type { PartFile, PartOptions } from './parquet-part.js'
import type { PartDuckdb } from './part-duckdb.js'
import { PartFlags } from './part-flags.js'
import type { Store } from './store.js'
import {
  type DatedPart,
  datedParts,
  EVENTS,
  type Format,
  isOfHour,
  partName,
  partOf,
} from './store.js'

/** What a part says at its end: how to go on, and positions of what its sources may give again. */
interface PartEnd {
  checkpoint: CheckpointLine | undefined
  positions: Set<string>
}

/** What is in place of a recording. */
export interface InPlace {
  /** Its last part, by the name that makes it whole; undefined before the first. */
  last: { name: string; part: number; hour?: string } | undefined
  /** Of Parquet, all parts. */
  parts: DatedPart[]
  /** What a run that was killed has left of a part. */
  left: string[]
}

/** @throws EvtError `usage` where parts of Parquet lie by hour, as those of an older evt */
export async function inPlace(store: Store, format: Format): Promise<InPlace> {
  if (format === 'ndjson') {
    const name = await store.lastPart()
    const of = name === undefined ? undefined : partOf(name)
    return { last: name && of ? { name, ...of } : undefined, parts: [], left: [] }
  }
  const names = await store.filesBelow(EVENTS)
  if (names.some(isOfHour)) throw ofHours(store)
  const { parts, left } = datedParts(names)
  const last = parts.at(-1)
  const name = last?.files.at(-1)
  return { last: name && last ? { name, part: last.part } : undefined, parts, left }
}

/** Whoever went on would begin anew beside what is there. */
function ofHours({ address }: Store): EvtError {
  return new EvtError(`${address} is a recording of an older evt, with parts by hour`, {
    code: 'usage',
    hint: 'record to another target; evt reads what is there as before',
  })
}

interface Grown {
  /** The part as it grew, on the disk; it stays. */
  lines: string
  part: number
  hour: string
}

/** The files that are put in place for a part, one after the other: the last makes it whole. */
export async function filesOf(
  format: Format,
  { lines, part, hour }: Grown,
  given: PartOptions,
): Promise<PartFile[]> {
  if (format === 'ndjson') return [{ file: lines, name: partName(hour, part) }]
  const { writeParquet } = await import('./parquet-part.js')
  return writeParquet(lines, part, given)
}

/** What the flags of the next part are told by, and whether those of the last were by another
 * mapping. Lines are of none. */
export async function flagsOf(
  store: Store,
  format: Format,
  parts: readonly DatedPart[],
  by: Pick<PartOptions, 'mapping' | 'duckdb'>,
): Promise<{ flags: PartFlags; isByOther: boolean }> {
  if (format === 'ndjson') return { flags: new PartFlags([1, 1]), isByOther: false }
  const { flagsBehind } = await import('./parquet-end.js')
  return flagsBehind(store, parts, by)
}

/** @param given.wantsPositions of what is to be acknowledged */
export async function partEnd(
  store: Store,
  { last, parts }: InPlace,
  { wantsPositions, duckdb }: { wantsPositions: boolean; duckdb: PartDuckdb },
): Promise<PartEnd> {
  const positions = new Set<string>()
  const keep = (text: string) => {
    const found = recordingLine(parseJson(text))
    if (found?.is === 'record' && found.line.held) positions.add(found.line.at[0])
  }
  let end = ''
  const dated = parts.at(-1)
  if (dated) {
    const { readParquetPart } = await import('./parquet-end.js')
    const onLine = wantsPositions ? keep : undefined
    end = await readParquetPart(store, dated.files, { onLine, duckdb })
  } else {
    const { partLines } = await import('./part.js')
    for await (const line of partLines(await store.part(last?.name ?? ''))) {
      if (wantsPositions) keep(line)
      end = line
    }
  }
  const found = recordingLine(parseJson(end))
  return { checkpoint: found?.is === 'checkpoint' ? found.line : undefined, positions }
}
