import type { FileObject } from '../archives/object.js'
import { readRecordsAt } from '../archives/records.js'
import type { EventTables } from '../engines/events-table.js'
import { lineTexts } from '../engines/line-scan.js'
import type { ProjectionPlan } from '../engines/record-sql.js'
import type { RecordValue } from '../envelopes/decode.js'
import type { Position, Undecodable } from '../event/event.js'
import { decodeRecords, recordOf } from '../reading/decode-records.js'
import { isUnreadable, sampleOf } from '../reading/line-sample.js'
import { plainLines } from '../reading/plain-lines.js'
import type { LineReader, LinesOptions } from '../reading/taker.js'
import type { EventsTaker } from './events-taker.js'
import type { Plans } from './plans.js'

/** Above this share of uncertain rows the decoder reads everything: it reads it all anyway. */
const MAX_UNCERTAIN_SHARE = 0.2

interface EventLinesOptions {
  tables: EventTables
  taker: EventsTaker
  plans: Plans
  /** Smaller files cost more as a query than they are worth. */
  sqlFromBytes: number
}

/** Reads line-delimited JSON into tables through SQL, and what SQL is not sure of through the
 * decoder. */
export class EventLines implements LineReader<ProjectionPlan> {
  constructor(private readonly options: EventLinesOptions) {}

  async start(file: FileObject, plain: boolean): Promise<ProjectionPlan | null> {
    const { plans, sqlFromBytes } = this.options
    if (!plain || file.sizeBytes < sqlFromBytes) return null
    return plans.forSample(await sampleOf(file))
  }

  async read(
    file: FileObject,
    plan: ProjectionPlan | null,
    options: LinesOptions,
  ): Promise<number> {
    const { tables, taker } = this.options
    const { firstRecord, signal, endsWith } = options
    await taker.flush()
    const next = plan && (await this.readBySql(file, plan, firstRecord))
    if (next !== null) return next
    await tables.dropStaged()
    const decoding = { firstRecord, signal, endsWith, reports: false }
    return decodeRecords(file, plainLines, taker, decoding)
  }

  /** @returns null where the decoder has to read the file */
  private async readBySql(
    file: FileObject,
    plan: ProjectionPlan,
    firstRecord: number,
  ): Promise<number | null> {
    const { tables, taker } = this.options
    let staged: Awaited<ReturnType<EventTables['stage']>>
    try {
      staged = await tables.stage(plan, lineTexts(file.file, file.path, firstRecord))
    } catch (error) {
      if (!isUnreadable(error)) throw error
      return null
    }
    const { rest, records } = staged
    if (rest.length > records * MAX_UNCERTAIN_SHARE) return null
    const others = await recordsAt(file, rest, firstRecord)
    if (!others) return null
    await tables.keepStaged()
    for (const other of others) {
      if ('value' in other) await taker.add(other)
      else taker.addUndecodable(other)
      if (taker.isFull) await taker.flush()
    }
    return firstRecord + records
  }
}

/** Null where the numbers of the records cannot be trusted. */
async function recordsAt(
  file: FileObject,
  positions: readonly Position[],
  firstRecord: number,
): Promise<(RecordValue | Undecodable)[] | null> {
  if (positions.length === 0) return []
  const wanted = positions.map(({ record }) => record)
  let several = false
  const onSeveral = () => {
    several = true
  }
  const found = await readRecordsAt(file, plainLines, wanted, { firstRecord, onSeveral })
  if (several || found.size !== wanted.length) return null
  const records: (RecordValue | Undecodable)[] = []
  for (const [record, raw] of [...found].sort(([a], [b]) => a - b)) {
    const position = { path: file.path, record }
    records.push('bad' in raw ? { ...raw.bad, position } : recordOf(file.path, raw))
  }
  return records
}
