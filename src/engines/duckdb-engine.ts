import type { DuckDBResult, DuckDBValue } from '@duckdb/node-api'
import { EvtError } from '../errors.js'
import { type Duckdb, interruptedBy, nextChunk } from './duckdb.js'
import { resultColumns, resultValue } from './duckdb-rows.js'
import type { Engine, ResultRows, ResultValue, Statement } from './engine.js'
import { quoteText } from './leaf-tree.js'
import { queryError } from './query-error.js'
import { trinoMacros } from './trino-names.js'

const SELECT = 1

/** Which columns of which tables a statement looks at, by table. */
export type Looks = ReadonlyMap<string, ReadonlySet<string>>

/** DuckDB in this process, over the tables that are there. */
export class DuckdbEngine implements Engine {
  private constructor(
    private readonly duckdb: Duckdb,
    /** Relations and columns, to suggest. */
    private readonly names: readonly string[],
  ) {}

  static async create(duckdb: Duckdb, names: readonly string[]): Promise<DuckdbEngine> {
    for (const macro of trinoMacros) await duckdb.rows(macro)
    return new DuckdbEngine(duckdb, names)
  }

  async rows(statement: Statement, signal?: AbortSignal): Promise<ResultRows> {
    const { connection } = this.duckdb
    // It stays so: another statement on the connection would end the rows.
    await this.tellsMore(true)
    const letGo = interruptedBy(signal, () => connection)
    try {
      const result = await this.told(statement, () =>
        connection.stream(statement.sql, bound(statement)),
      )
      return { columns: resultColumns(result), chunks: this.chunks(statement, result, signal) }
    } catch (cause) {
      if (!signal?.aborted) throw cause
      const message = 'interrupted before there was a row'
      throw new EvtError(message, { code: 'interrupted', cause })
    } finally {
      letGo()
    }
  }

  private async *chunks(
    statement: Statement,
    result: DuckDBResult,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ResultValue[][]> {
    const letGo = interruptedBy(signal, () => this.duckdb.connection)
    try {
      while (!signal?.aborted) {
        const chunk = await nextChunk(result)
        if (!chunk) return
        yield chunk.convertRows((value) => resultValue(value))
      }
    } catch (error) {
      if (!signal?.aborted) throw await this.reasonOf(statement, error)
    } finally {
      letGo()
    }
  }

  /** Why a stream ended early: asked at once, the statement says it. */
  private async reasonOf(statement: Statement, error: unknown): Promise<unknown> {
    const { connection } = this.duckdb
    const again = this.told(statement, () => connection.run(statement.sql, bound(statement)))
    return again.then(
      () => error,
      (reason: unknown) => reason,
    )
  }

  /**
   * What a statement looks at, found without a row being read.
   *
   * @throws EvtError `usage` where it is wrong, is several statements, or is no question
   */
  async looks(statement: Statement): Promise<Looks> {
    const { duckdb } = this
    const [[kept = ''] = []] = await duckdb.rows(`SELECT current_setting('disabled_optimizers')`)
    await this.tellsMore(true)
    // Nothing but unused columns is to be optimised: else filters and empty tables hide what is
    // looked at.
    await duckdb.rows(`SET disabled_optimizers = '${hiding}'`)
    try {
      return await this.told(statement, () => this.plan(statement))
    } finally {
      await duckdb.rows(`SET disabled_optimizers = '${kept}'`)
      await this.tellsMore(false)
    }
  }

  /** Puts the rows of a statement in a table that is there. */
  async keep(table: string, { sql }: Statement): Promise<void> {
    const filling = { sql: `INSERT INTO ${table} ${sql}`, values: {} }
    await this.tellsMore(true)
    await this.told(filling, () => this.duckdb.connection.run(filling.sql))
    await this.tellsMore(false)
  }

  /** The names of the columns that a statement gives. */
  async columnsOf(statement: Statement): Promise<string[]> {
    const prepared = await this.duckdb.connection.prepare(statement.sql)
    try {
      return Array.from({ length: prepared.columnCount }, (_, n) => prepared.columnName(n))
    } finally {
      prepared.destroySync()
    }
  }

  /** Whether the statement says in which order its rows come. */
  async isOrdered({ sql }: Statement): Promise<boolean> {
    const [[text] = []] = await this.duckdb.rows(`SELECT json_serialize_sql(${quoteText(sql)})`)
    const { statements = [] }: Serialized = JSON.parse(String(text))
    return statements.some(({ node }) =>
      (node?.modifiers ?? []).some(({ type }) => type === 'ORDER_MODIFIER'),
    )
  }

  /** Tables and functions that a statement names, in small letters; undefined where that cannot be
   * told. */
  async namesIn(sql: string): Promise<ReadonlySet<string> | undefined> {
    const [[text] = []] = await this.duckdb.rows(`SELECT json_serialize_sql(${quoteText(sql)})`)
    const left: unknown[] = [JSON.parse(String(text))]
    if (Object(left[0]).error === true) return undefined
    const names = new Set<string>()
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      if (typeof one !== 'object' || one === null) continue
      for (const [key, value] of Object.entries(one)) {
        const isName = key === 'table_name' || key === 'function_name'
        if (isName) names.add(String(value).toLowerCase())
        else left.push(value)
      }
    }
    return names
  }

  private async plan(statement: Statement): Promise<Looks> {
    const { connection } = this.duckdb
    const { sql } = statement
    const statements = await connection.extractStatements(sql)
    if (statements.count !== 1) throw severalStatements(statements.count)
    const { statementType } = await statements.prepare(0)
    if (statementType !== SELECT) throw noQuestion()
    const plan = await connection.runAndReadAll(`EXPLAIN (FORMAT json) ${sql}`, bound(statement))
    return looksOf(JSON.parse(String(plan.getRows()[0]?.[1] ?? '[]')))
  }

  private async tellsMore(yes: boolean): Promise<void> {
    await this.duckdb.rows(`SET errors_as_json = ${yes}`)
  }

  private async told<T>({ sql }: Statement, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw queryError(error, sql, this.names)
    }
  }
}

/** Whole numbers are integers in SQL too. */
function bound({ values }: Statement): Record<string, DuckDBValue> {
  const pairs = Object.entries(values).map(([name, value]): [string, DuckDBValue] => [
    name,
    typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value,
  ])
  return Object.fromEntries(pairs)
}

const hiding = 'filter_pushdown,filter_pullup,statistics_propagation,empty_result_pullup'

/** What DuckDB tells of the structure of a statement, as far as it is looked at. */
interface Serialized {
  statements?: { node?: { modifiers?: { type: string }[] } }[]
}

interface PlanNode {
  name: string
  children: PlanNode[]
  extra_info?: { Table?: string; Projections?: string | string[] }
}

function looksOf(plan: readonly PlanNode[]): Looks {
  const looks = new Map<string, Set<string>>()
  const visit = ({
    children,
    extra_info: { Table: table, Projections: columns } = {},
  }: PlanNode) => {
    if (table !== undefined) {
      const name = table.split('.').at(-1) ?? table
      const seen = looks.get(name) ?? new Set()
      looks.set(name, seen)
      // A part of a struct is looked at by its path.
      for (const column of [columns ?? []].flat()) seen.add(column.split('.')[0] ?? column)
    }
    for (const child of children) visit(child)
  }
  for (const node of plan) visit(node)
  return looks
}

function severalStatements(count: number): EvtError {
  const what = count === 0 ? 'is empty' : `has ${count} statements`
  return new EvtError(`the query ${what}`, { code: 'usage', hint: 'ask one question at a time' })
}

function noQuestion(): EvtError {
  return new EvtError('the query changes something', {
    code: 'usage',
    hint: 'questions begin with SELECT or WITH; -o and > write their answers to files',
  })
}
