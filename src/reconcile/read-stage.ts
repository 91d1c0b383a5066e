import type { Duckdb } from '../engines/duckdb.js'
import { EventTables } from '../engines/events-table.js'
import { createDecoder } from '../envelopes/decode.js'
import type { EvtError } from '../errors.js'
import { patternMatcher } from '../event/pattern-match.js'
import { chosenTest } from '../questions/chosen.js'
import { chosenSql } from '../questions/chosen-sql.js'
import { EventLines } from '../questions/event-lines.js'
import { EventParquet } from '../questions/event-parquet.js'
import { Plans } from '../questions/plans.js'
import { lenientOutside } from '../reading/lenient-outside.js'
import { type OpenedArchive, openArchive } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import { readArchive } from '../reading/read-archive.js'
import type { ParquetReader } from '../reading/taker.js'
import type { ObjectFault } from '../stats/load.js'
import type { Arrivals } from './arrivals.js'
import type { ReconcileRequest, StageRequest } from './request.js'
import { withStatus } from './sent-status.js'
import { StageTaker, without } from './stage-taker.js'
import { UndecodableRecords } from './undecodable-records.js'

/** A statement takes 25 ms to begin, in which the decoder reads a megabyte and more. */
const SQL_FROM_BYTES = 1024 * 1024
/** Two parts that are made rows of at the same time take twice the memory. */
const AHEAD_FROM_BYTES = 1.5e9
const MOST_WAITING = 8

/** A stage whose SOURCEs were found. */
export interface OpenedStage {
  name: string
  archive: OpenedArchive
}

/** What was read of a stage, beside its deliveries. */
export interface StageRead extends OpenedStage {
  objects: number
  bytes: number
  records: number
  /** Before the filter. */
  events: number
  undecodable: UndecodableRecords
  objectFaults: readonly ObjectFault[]
  unanswered: EvtError | undefined
}

/** @throws EvtError `usage` for a mapping, configuration or SOURCE that is wrong */
export async function openStage(
  request: ReconcileRequest,
  { name, given, maps }: StageRequest,
): Promise<OpenedStage> {
  // What was sent before --since may arrive after it: all is read, and then chosen.
  const range = { sinceUs: null, untilUs: null }
  return { name, archive: await openArchive({ ...request, given, maps, range }) }
}

/** Reads all of a stage into the table of arrivals. */
export async function readStage(
  duckdb: Duckdb,
  arrivals: Arrivals,
  { stage, number }: { stage: OpenedStage; number: number },
  request: ReconcileRequest,
): Promise<StageRead> {
  const { objects, outside, sources } = stage.archive
  const { choices, presets, signal, spoolDir, onProgress } = request
  const mapping = withStatus(stage.archive.mapping)
  const chosen = { sinceUs: null, untilUs: null, filter: choices.filter?.pattern }
  const take = (relation: string) => arrivals.take(number, relation)
  const tables = await EventTables.create(duckdb, {
    ...{ where: chosenSql(chosen), without, many: take },
    isKept: chosen.filter && patternMatcher(chosen.filter),
  })
  const lenient = lenientOutside(outside)
  const undecodable = new UndecodableRecords()
  const taker = new StageTaker({
    ...{ duckdb, tables, take, undecodable, isChosen: chosenTest(chosen) },
    decode: createDecoder({ mapping, presets, outside: lenient }),
    waiting: outside.claims ? MOST_WAITING : 1,
    scansAhead: choices.memoryLimitBytes >= AHEAD_FROM_BYTES,
  })
  const plans = new Plans(mapping, presets)
  const sqlFromBytes = request.sqlFromBytes ?? SQL_FROM_BYTES
  await readArchive(objects, {
    taker,
    lines: new EventLines({ tables, taker, plans, sqlFromBytes }),
    parquet: holding(taker, new EventParquet({ duckdb, tables, taker, plans })),
    ...{ signal, spoolDir, onProgress: progressOf(objects, { given: sources, onProgress }) },
  })
  await taker.end()
  const { bytes, events, objectFaults } = taker
  const records = events + undecodable.count
  return {
    ...{ ...stage, objects: taker.objects, bytes, records, events },
    ...{ undecodable, objectFaults, unanswered: lenient.failure },
  }
}

/** A file that turns out to be bad is forgotten as a whole. */
function holding(taker: StageTaker, reader: ParquetReader): ParquetReader {
  return {
    read: async (file, signal) => {
      taker.isHolding = true
      try {
        return await reader.read(file, signal)
      } finally {
        taker.isHolding = false
      }
    },
  }
}
