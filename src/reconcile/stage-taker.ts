import type { Duckdb } from '../engines/duckdb.js'
import { type EventColumn, eventColumns } from '../engines/event-columns.js'
import type { EventTables } from '../engines/events-table.js'
import type { RecordValue } from '../envelopes/decode.js'
import type { Decoded, EventRecord } from '../event/event.js'
import { EventsTaker } from '../questions/events-taker.js'
import type { UndecodableRecords } from './undecodable-records.js'

/** So many rows are taken over at once. */
const ROWS_AT_ONCE = 200_000
/** Larger files are read in parts: rows that wait take memory. */
const WHOLE_BYTES = 256e6

const looked: readonly EventColumn[] = [
  ...(['id', 'source', 'type', 'event_time_us', 'received_at_us'] as const),
  ...(['entities', 'position'] as const),
]
const names: readonly string[] = looked

/** Columns that nobody looks at here. */
export const without = Object.keys(eventColumns).filter(
  (name): name is EventColumn => !names.includes(name),
)

interface Options {
  duckdb: Duckdb
  tables: EventTables
  decode: (record: RecordValue) => Decoded[]
  isChosen: ((event: EventRecord) => boolean) | undefined
  waiting: number
  scansAhead: boolean
  undecodable: UndecodableRecords
  /** Takes over the rows of a relation. */
  take(relation: string): Promise<void>
}

/** Takes in the records of one stage; as they become many, their rows are taken over. */
export class StageTaker extends EventsTaker {
  /** Set while an object is read that may be forgotten again: its rows wait. */
  isHolding = false

  constructor(private readonly options: Options) {
    const { tables, decode, waiting, scansAhead } = options
    super(tables, decode, options.isChosen, { waiting, scansAhead })
  }

  override async makeRoom(): Promise<void> {
    if (!this.isHolding && this.options.tables.held >= ROWS_AT_ONCE) await this.takeAll()
  }

  override hasRoom(_records: number, bytes: number): boolean {
    return bytes <= WHOLE_BYTES
  }

  /** Takes over what was read. */
  async takeAll(): Promise<void> {
    const { tables, undecodable, take, duckdb } = this.options
    await this.flush()
    await undecodable.take(duckdb)
    await take('archive')
    await tables.empty()
    await duckdb.giveBack()
  }

  /** Takes over the last rows, and makes room for another stage. */
  async end(): Promise<void> {
    await this.takeAll()
    for (const name of ['archive', 'undecodable']) {
      await this.options.duckdb.rows(`DROP TABLE ${name}`)
    }
  }
}
