import { rm } from 'node:fs/promises'
import type { Duckdb } from '../engines/duckdb.js'
import type { Cell } from '../engines/event-rows.js'
import { unnested } from '../engines/json-rows.js'
import { quoteFile, quoteName, quoteText } from '../engines/leaf-tree.js'
import { partColumns, type Row } from './part-rows.js'

const MOST_ROWS = 5_000
const MOST_CHARACTERS = 8 * 1024 * 1024
/** Longer texts do not go through JSON. */
const MOST_TEXT = 1024 * 1024
/** So much is in memory at a time, and then in a file of its own. */
const MOST_IN_TABLE = 16 * 1024 * 1024
const GROUP_BYTES = 64e6

const columns = { ...partColumns, folder: 'VARCHAR' } as const
type Placed = Row & { folder: string }

/** The rows of a part. DuckDB holds all of a row group, and of each column of a table 2,048 rows at
 * once, however long they are: what is much lies in files of few rows until all is there. */
export class PartTable {
  #rows: Placed[] = []
  #characters = 0
  #inTable = 0
  readonly #spilled: string[] = []

  /** @param aside what lies here until all is there is named by it */
  constructor(
    private readonly duckdb: Duckdb,
    private readonly aside: string,
  ) {}

  /** @param characters that they were made of */
  async add(rows: readonly Row[], folder: string, characters: number): Promise<void> {
    for (const row of rows) this.#rows.push({ ...row, folder })
    this.#characters += characters
    if (this.#rows.length < MOST_ROWS && this.#characters < MOST_CHARACTERS) return
    await this.#flush()
    if (this.#inTable >= MOST_IN_TABLE) await this.#spill()
  }

  /** Ends what is added. */
  async end(): Promise<void> {
    await this.#flush()
    if (this.#spilled.length > 0) await this.#spill()
  }

  /**
   * Writes the rows of these folders to a file, in the order in which they came.
   *
   * @param folders undefined: all there are
   */
  async write(
    file: string,
    folders: readonly string[] | undefined,
    metadata: Readonly<Record<string, string>>,
  ): Promise<void> {
    const files = this.#spilled.map(quoteFile).join(', ')
    const from = files === '' ? 'part' : `read_parquet([${files}])`
    const where = folders && ` WHERE folder IN (${folders.map(quoteText).join(', ')})`
    const pairs = Object.entries(metadata).map(
      ([key, value]) => `${quoteText(key)}: ${quoteText(value)}`,
    )
    const options = [
      ...['FORMAT parquet', 'COMPRESSION zstd', `ROW_GROUP_SIZE_BYTES ${GROUP_BYTES}`],
      ...(pairs.length === 0 ? [] : [`KV_METADATA {${pairs.join(', ')}}`]),
    ]
    await this.duckdb.rows(
      `COPY (SELECT * EXCLUDE (folder) FROM ${from}${where ?? ''})
       TO ${quoteFile(file)} (${options.join(', ')})`,
    )
  }

  /** Lets go of the rows, also of what lay aside. */
  async close(): Promise<void> {
    await this.duckdb.rows('DROP TABLE IF EXISTS part')
    for (const spilled of this.#spilled) await rm(spilled, { force: true })
  }

  async #spill(): Promise<void> {
    const to = `${this.aside}.${this.#spilled.length}.part`
    await rm(to, { force: true })
    this.#spilled.push(to)
    await this.duckdb.rows(`COPY part TO ${quoteFile(to)} (FORMAT parquet, COMPRESSION zstd)`)
    await this.duckdb.rows('DROP TABLE part')
    this.#inTable = 0
    await this.#make()
  }

  async #flush(): Promise<void> {
    await this.#make()
    let short: Placed[] = []
    for (const row of this.#rows) {
      const long = Object.entries(row).filter(([, cell]) => isLong(cell))
      if (long.length === 0) {
        short.push(row)
        continue
      }
      await this.#insert(short, [])
      short = []
      const cut = { ...row, ...Object.fromEntries(long.map(([name]) => [name, null])) }
      await this.#insert([cut], long)
    }
    await this.#insert(short, [])
    this.#rows = []
    this.#inTable += this.#characters
    this.#characters = 0
  }

  async #make(): Promise<void> {
    const named = Object.entries(columns).map(([name, type]) => `${quoteName(name)} ${type}`)
    await this.duckdb.rows(`CREATE TEMP TABLE IF NOT EXISTS part (${named.join(', ')})`)
  }

  /** @param texts what stands in these columns instead */
  async #insert(
    rows: readonly Placed[],
    texts: readonly (readonly [string, Cell])[],
  ): Promise<void> {
    const others = texts.map(([name], n) => `$${n + 2} AS ${quoteName(name)}`).join(', ')
    const all = others === '' ? '*' : `* REPLACE (${others})`
    for (const { from, values } of unnested(columns, rows)) {
      const given = [...values, ...texts.map(([, cell]) => String(cell))]
      await this.duckdb.rows(`INSERT INTO part SELECT ${all} FROM ${from}`, given)
    }
  }
}

function isLong(cell: Cell): boolean {
  return typeof cell === 'string' && cell.length > MOST_TEXT
}
