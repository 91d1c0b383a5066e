import { tmpdir } from 'node:os'
import { besideFile } from '../config/sources.js'
import { engineError } from '../engines/duckdb.js'
import type { DuckdbEngine } from '../engines/duckdb-engine.js'
import type { ResultRows, ResultValue, Statement } from '../engines/engine.js'
import type { EvtError } from '../errors.js'
import { noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { openArchive } from '../reading/open-archive.js'
import { askedNames, holdArchive } from './asked-archive.js'
import { type Question, questionNamed, readCatalogue } from './catalogue.js'
import { checkFlows, type Flows } from './flows.js'
import { checkShown } from './hidden-sql.js'
import { boundValues } from './parameters.js'
import { askOptions, checkSearched, firstOf, hiddenIn, type QueryRequest } from './run.js'
import type { Searched } from './searched.js'

/** An archive that was read and is asked one question after the other. */
export interface Conversation {
  readonly sources: readonly string[]
  readonly searched: Searched
  /** Why the answers are of a part alone. */
  readonly partly: EvtError | undefined
  readonly catalogue: readonly Question[]
  /** Relations and columns. */
  readonly names: readonly string[]
  /** Of the events; a thousand at most. */
  readonly types: readonly string[]
  /**
   * Asks SQL, or a question by its name as in `counts/volume window=1m`, and hands the rows to
   * `take` as they come.
   *
   * @throws EvtError `usage` where it is wrong, `interrupted` where the signal aborts
   */
  ask(said: string, signal: AbortSignal, take: (rows: ResultRows) => Promise<void>): Promise<void>
}

export type ConversationRequest = Omit<QueryRequest, 'wording' | 'parameters' | 'explain'>

/**
 * `evt query SOURCE` on a terminal: reads the archive once, then lets `talk` ask.
 *
 * @returns why the run does not end well
 * @throws EvtError as runQuery does, but for what is wrong with a question
 */
export async function converse(
  request: ConversationRequest,
  talk: (conversation: Conversation) => Promise<void>,
): Promise<EvtError | undefined> {
  const archive = await openArchive(request)
  const { config, objects, sources, pruned } = archive
  const folders = (config.queries ?? []).map((folder) => besideFile(folder, config))
  const catalogue = await readCatalogue(folders)
  if (objects.length === 0) throw noObjects(sources, pruned)
  return holdArchive(askOptions(archive, request), async ({ engine, searched }) => {
    request.onRead?.()
    checkSearched(sources, searched)
    const partly = endedBadly({ ...searched, ...request })
    if (request.signal.aborted) return partly
    const types = await typesIn(engine)
    const { flows = {} } = config
    const ask: Conversation['ask'] = async (said, signal, take) => {
      const statement = statementOf(said, catalogue)
      if (hiddenIn(archive).paths.length > 0) await checkShown(engine, statement.sql)
      const rows = await answer(engine, statement, flows, signal)
      await take(request.limit === null ? rows : firstOf(rows, request.limit))
    }
    await talk({ sources, searched, partly, catalogue, names: askedNames, types, ask })
    return undefined
  })
}

async function answer(
  engine: DuckdbEngine,
  statement: Statement,
  flows: Flows,
  signal: AbortSignal,
): Promise<ResultRows> {
  try {
    checkFlows(await engine.looks(statement), flows)
    const { columns, chunks } = await engine.rows(statement, signal)
    return { columns, chunks: told(chunks) }
  } catch (error) {
    throw engineError(error, tmpdir())
  }
}

async function* told(
  chunks: ResultRows['chunks'],
): AsyncGenerator<readonly (readonly ResultValue[])[]> {
  try {
    yield* chunks
  } catch (error) {
    throw engineError(error, tmpdir())
  }
}

async function typesIn(engine: DuckdbEngine): Promise<string[]> {
  const sql = 'SELECT DISTINCT type FROM events ORDER BY type LIMIT 1000'
  const types: string[] = []
  const { chunks } = await engine.rows({ sql, values: {} })
  for await (const rows of chunks) types.push(...rows.map(([type]) => String(type)))
  return types
}

const called = /^([\w-]+(?:\/[\w-]+)*)((?:\s+\w+=(?:'[^']*'|\S*))*)$/

/** Whether it is the name of a question with its parameters, and not the beginning of SQL. */
export function isCall(said: string, catalogue: readonly Question[]): boolean {
  const [, name] = called.exec(said.trim()) ?? []
  if (name === undefined) return false
  return name.includes('/') || catalogue.some((each) => `/${each.name}`.endsWith(`/${name}`))
}

function statementOf(said: string, catalogue: readonly Question[]): Statement {
  const [, name = '', rest = ''] = called.exec(said.trim()) ?? []
  if (!isCall(said, catalogue)) return { sql: said, values: {} }
  const question = questionNamed(catalogue, name)
  const typed = [...rest.matchAll(/(\w+)=(?:'([^']*)'|(\S*))/g)].map(
    ([, parameter, quoted, bare = '']) => `${parameter}=${quoted ?? bare}`,
  )
  return { sql: question.sql, values: boundValues(question.parameters, typed) }
}
