import type { FileObject } from '../archives/object.js'
import { readRecordsAt } from '../archives/records.js'
import type { EventTables, Staged } from '../engines/events-table.js'
import { lineTexts } from '../engines/line-scan.js'
import type { Decoded } from '../event/event.js'
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

/** Records of a file that are being set aside; null where DuckDB cannot read it, or was
 * interrupted. */
interface StartedStaging {
  readonly staged: Promise<Staged | null>
}

/** Reads line-delimited JSON into tables through SQL, and what SQL is not sure of through the
 * decoder. */
export class EventLines implements LineReader<StartedStaging> {
  constructor(private readonly options: EventLinesOptions) {}

  async start(
    file: FileObject,
    plain: boolean,
    signal: AbortSignal,
  ): Promise<StartedStaging | null> {
    const { plans, sqlFromBytes, tables } = this.options
    if (!plain || file.sizeBytes < sqlFromBytes) return null
    const plan = await plans.forSample(await sampleOf(file))
    if (!plan) return null
    const texts = lineTexts(file.file, file.path)
    const staged = tables.stage(plan, texts, signal).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error
      return null
    })
    // Its failure belongs to whoever reads the rows.
    staged.catch(() => undefined)
    return { staged }
  }

  async read(
    file: FileObject,
    scan: StartedStaging | null,
    options: LinesOptions,
  ): Promise<number> {
    const { taker } = this.options
    const { firstRecord, signal, endsWith } = options
    await taker.flush()
    const staged = scan && (await scan.staged)
    const next = staged && (await this.keep(file, staged, firstRecord))
    if (next !== null) return next
    const decoding = { firstRecord, signal, endsWith, reports: false }
    return decodeRecords(file, plainLines, taker, decoding)
  }

  /** @returns null where the decoder has to read the file */
  private async keep(
    file: FileObject,
    staged: Staged,
    firstRecord: number,
  ): Promise<number | null> {
    const { tables, taker } = this.options
    const { rest, records } = staged
    const others =
      rest.length > records * MAX_UNCERTAIN_SHARE
        ? null
        : await this.decoded(file, rest, firstRecord)
    if (!others) {
      await tables.dropStaged(staged.table)
      return null
    }
    await tables.keepStaged(staged, firstRecord)
    for (const other of others) {
      taker.addDecoded(other)
      if (taker.isFull) await taker.flush()
    }
    return firstRecord + records
  }
  /** Null where the numbers of the records cannot be trusted: a line holds several documents, or a
   * wrapper has not one entry, so that the numbers of all that follow are others. */
  private async decoded(
    file: FileObject,
    numbers: readonly number[],
    firstRecord: number,
  ): Promise<Decoded[] | null> {
    if (numbers.length === 0) return []
    const wanted = numbers.map((number) => firstRecord - 1 + number)
    let several = false
    const onSeveral = () => {
      several = true
    }
    const found = await readRecordsAt(file, plainLines, wanted, { firstRecord, onSeveral })
    if (several || found.size !== wanted.length) return null
    const all: Decoded[] = []
    for (const [record, raw] of [...found].sort(([a], [b]) => a - b)) {
      const position = { path: file.path, record }
      const decoded: Decoded | null =
        'bad' in raw
          ? { kind: 'undecodable', undecodable: { ...raw.bad, position } }
          : await this.options.taker.decodeOne(recordOf(file.path, raw))
      if (!decoded) return null
      all.push(decoded)
    }
    return all
  }
}
