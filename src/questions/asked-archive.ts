import type { OpenIndex } from '../archive-index/open-index.js'
import type { Duckdb } from '../engines/duckdb.js'
import { DuckdbEngine, type Looks } from '../engines/duckdb-engine.js'
import type { ResultRows, Statement } from '../engines/engine.js'
import { type EventColumn, eventColumns, undecodableColumns } from '../engines/event-columns.js'
import { EventTables, emptyTables } from '../engines/events-table.js'
import { createDecoder } from '../envelopes/decode.js'
import { patternMatcher } from '../event/pattern-match.js'
import { lenientOutside } from '../reading/lenient-outside.js'
import type { OpenedArchive } from '../reading/open-archive.js'
import { type Chosen, chosenTest } from './chosen.js'
import { chosenSql, isAllChosen } from './chosen-sql.js'
import { EventsTaker } from './events-taker.js'
import { fieldColumns, fieldsOf, fieldsView } from './fields-view.js'
import { checkFlows, type Flows, flowColumns, flowStepColumns, flowsSql } from './flows.js'
import {
  canAnswer,
  IndexFailure,
  rowsFromIndex,
  takeFromIndex,
  takeRecords,
  trusting,
} from './from-index.js'
import { checkShown, type Hidden, hiddenEvents, hiddenHeads } from './hidden-sql.js'
import { emptyJudged, eventsView, judgedColumns, judgeEvents, viewOf } from './judged.js'
import { judgeIndexed } from './kept-judged.js'
import { type Locate, withElsewhere } from './locate.js'
import { bothLooks, emptyPicked, PICKED, pickingOf } from './picked.js'
import { type Searched, searchedBy, withIndexed } from './searched.js'
import { type SpillOptions, withDuckdb } from './spilling-duckdb.js'

type Decode = ReturnType<typeof createDecoder>

export interface AskOptions {
  archive: Pick<OpenedArchive, 'objects' | 'mapping' | 'outside' | 'index'>
  presets: readonly string[] | undefined
  chosen: Chosen
  /** What the statement looks at, where that is known, and nothing is picked or hidden; else it is
   * found out. */
  looks?: Looks | undefined
  flows?: Flows | undefined
  /** Whether the texts of documents may be any that say the same. */
  documentsAsJson?: boolean | undefined
  memoryLimitBytes: number
  threads?: number | undefined
  spoolDir?: string | undefined
  /** Line-delimited files below this size are not worth a query. */
  sqlFromBytes?: number | undefined
  /** SQL whose rows are ids or positions: those are the rows of the table `picked`. */
  picking?: string | undefined
  /** What the view `events` does not show, whoever asks. */
  hidden?: Hidden | undefined
  /** Watches what is decoded. */
  observed?: ((decode: Decode) => Decode) | undefined
  /** The engine's plan instead of rows. */
  explain?: boolean | undefined
  /** Who finds which objects are read; by default all are. The index is not asked then. */
  locate?: Locate | undefined
  /** What `locate` may leave out everything else by; see Sought. */
  could?: Statement | undefined
  signal: AbortSignal
  onProgress(done: { bytes: number; objects: number; records: number }): void
}

export interface Asked {
  rows: ResultRows
  /** The same rows once more, when these have come to their end. */
  again(): Promise<ResultRows>
  searched: Searched
}

/** Two parts that are made rows of at the same time take twice the memory. */
const AHEAD_FROM_BYTES = 1.5e9
const MOST_WAITING = 8

/** Relations and columns that questions can ask about. */
export const askedNames: readonly string[] = [
  ...['events', 'undecodable', 'fields', 'flows', 'flow_steps'],
  ...Object.keys(eventColumns),
  ...Object.keys(judgedColumns),
  ...Object.keys(undecodableColumns),
  ...Object.keys(fieldColumns),
  ...Object.keys(flowColumns),
  ...flowStepColumns,
]

const views = async (flows: Flows = {}, hidden?: Hidden, order = '') => [
  (hidden ? viewOf(hiddenEvents(hidden)) : eventsView) + order,
  hidden ? fieldsOf('events') : fieldsView,
  ...(await flowsSql(flows)),
]

/**
 * Asks an archive one question and hands the rows to `take` as they come. What the question does
 * not look at is not kept. Where its index turns out to be damaged, the archive is read.
 *
 * @throws EvtError `usage` where the statement is wrong, before anything is read
 */
export async function askArchive<T>(
  statement: Statement,
  options: AskOptions,
  take: (asked: Asked) => Promise<T>,
): Promise<T> {
  try {
    return await askOnce(statement, options, take)
  } catch (error) {
    if (!(error instanceof IndexFailure)) throw error
  }
  const { index: _, ...archive } = options.archive
  return askOnce(statement, { ...options, archive }, take)
}

async function askOnce<T>(
  statement: Statement,
  options: AskOptions,
  take: (asked: Asked) => Promise<T>,
): Promise<T> {
  return withEngine(options, async (duckdb, engine) => {
    const known = options.looks && { looks: options.looks, picking: undefined }
    const { looks, picking } =
      known ?? (await looksAt(statement, engine, { duckdb, ...options, ...hiddenOf(options) }))
    checkFlows(looks, options.flows ?? {}, statement.values['flow'])
    const index = indexFor(looks, options)
    // Where no order is asked for, it is that of positions, wherever rows come from.
    const isSorted = !(await engine.isOrdered(statement))
    const searched = await readInto(duckdb, looks, { ...options, index, isSorted })
    if (picking) await engine.keep(PICKED, picking)
    const sql = options.explain ? `EXPLAIN ${statement.sql}` : statement.sql
    // What was read before an interruption is answered; another one ends evt.
    const signal = options.signal.aborted ? undefined : options.signal
    const ask = () => engine.rows({ ...statement, sql }, signal)
    const again = () => (index ? rowsFromIndex(index, ask) : ask())
    return await take({ rows: await again(), again, searched })
  })
}

/**
 * What a question looks at, wherever it is asked; nothing is read.
 *
 * @throws EvtError `usage` where the statement is wrong
 */
export async function lookedAt(
  statement: Statement,
): Promise<{ tables: Looks; repeats: boolean; reorderings: boolean }> {
  return withEngine({ memoryLimitBytes: 0, threads: 1 }, async (duckdb, engine) => {
    const { looks: tables } = await looksAt(statement, engine, { duckdb })
    return {
      tables,
      repeats: isLookedAt(tables, 'repeats'),
      reorderings: isLookedAt(tables, 'reorderings'),
    }
  })
}

/** Reads an archive with all that a question can look at, for one question after the other. */
export async function holdArchive<T>(
  options: Omit<AskOptions, 'explain'>,
  use: (held: { engine: DuckdbEngine; searched: Searched }) => Promise<T>,
): Promise<T> {
  return withEngine(options, async (duckdb, engine) => {
    const searched = await readInto(duckdb, everything, {
      ...options,
      ...{ index: undefined, isSorted: true },
    })
    return await use({ engine, searched })
  })
}

const everything: Looks = new Map([
  ['archive', new Set(Object.keys(eventColumns))],
  ['repeats', new Set(['n'])],
  ['reorderings', new Set(['yes'])],
])

/** @throws EvtError `outside` where the engine has no room */
async function withEngine<T>(
  options: SpillOptions,
  use: (duckdb: Duckdb, engine: DuckdbEngine) => Promise<T>,
): Promise<T> {
  return withDuckdb(options, async (duckdb) =>
    use(duckdb, await DuckdbEngine.create(duckdb, askedNames)),
  )
}

/** Found over empty tables, which are dropped again. */
async function looksAt(
  statement: Statement,
  engine: DuckdbEngine,
  { duckdb, hidden, picking: sql }: Pick<AskOptions, 'picking' | 'hidden'> & { duckdb: Duckdb },
): Promise<{ looks: Looks; picking?: Statement }> {
  const empty = [...emptyTables, ...emptyJudged, ...(await views({}, hidden))]
  if (sql !== undefined) empty.push(emptyPicked)
  for (const each of empty) await duckdb.rows(each)
  const own = await engine.looks(statement)
  if (hidden) await checkShown(engine, statement.sql)
  const picked = sql === undefined ? undefined : await pickingOf(sql, engine)
  const looks = picked ? bothLooks(own, picked.looks) : own
  for (const name of ['flow_steps', 'fields', 'events']) await duckdb.rows(`DROP VIEW ${name}`)
  for (const name of ['archive', 'undecodable', 'repeats', 'reorderings', 'flows']) {
    await duckdb.rows(`DROP TABLE ${name}`)
  }
  return picked ? { looks, picking: picked.picking } : { looks }
}

/** The index, where it has what is asked. A stream could not be read again without it. */
function indexFor(
  looks: Looks,
  { archive, chosen, documentsAsJson = false, locate }: AskOptions,
): OpenIndex | undefined {
  const { index, objects } = archive
  const seen = looks.get('archive') ?? new Set()
  if (!index || locate || !canAnswer(seen, chosen, documentsAsJson)) return undefined
  return objects.every(({ kind }) => kind !== 'stream') ? index : undefined
}

async function readInto(
  duckdb: Duckdb,
  looks: Looks,
  options: AskOptions & { index: OpenIndex | undefined; isSorted: boolean },
): Promise<Searched> {
  const { archive, index, isSorted, presets, chosen } = options
  const { objects, mapping, outside } = archive
  const seen = looks.get('archive') ?? new Set()
  const judged = {
    repeats: isLookedAt(looks, 'repeats'),
    reorderings: isLookedAt(looks, 'reorderings'),
  }
  const isJudged = judged.repeats || judged.reorderings
  const without = bulky.filter((name) => !seen.has(name))
  const tables = await EventTables.create(duckdb, {
    ...{ where: chosenSql(chosen), without },
    isKept: chosen.filter && patternMatcher(chosen.filter),
  })
  for (const sql of emptyJudged) await duckdb.rows(sql)
  const lenient = lenientOutside(outside)
  const { observed = (all: Decode) => all } = options
  const decode = observed(createDecoder({ mapping, presets, outside: lenient }))
  const places = new Map(objects.map((object, n) => [object, n + 1]))
  const taker = new EventsTaker(tables, decode, chosenTest(chosen), {
    waiting: outside.claims ? MOST_WAITING : 1,
    scansAhead: options.memoryLimitBytes >= AHEAD_FROM_BYTES,
    placeOf: (object) => places.get(object) ?? 0,
  })
  const indexed = new Set<unknown>(index?.covered.map(({ object }) => object))
  const mayBeIndexed = canAnswer(seen, chosen, options.documentsAsJson === true)
  const located = await options.locate?.(objects, { ...chosen, could: options.could }, mayBeIndexed)
  const unread = (located?.objects ?? objects).filter((object) => !indexed.has(object))
  const isWhole = index && unread.length === 0 && isAllChosen(chosen)
  const judge = () => (isWhole ? judgeIndexed(duckdb, index, judged) : judgeEvents(duckdb, judged))
  if (unread.length > 0) {
    const { readUnindexed } = await import('./read-unindexed.js')
    await readUnindexed(unread, { ...options, ...{ duckdb, tables, taker, mapping } })
  }
  const read = searchedBy(taker, tables)
  if (index) await trusting(() => takeFromIndex(duckdb, index, { tables, taker, chosen }))
  if (located?.fromIndex) await takeRecords(located.fromIndex.records, { tables, taker })
  if (isSorted) await tables.sort()
  if (isJudged) await (index ? trusting(judge) : judge())
  // What was judged is joined to it, in any order.
  const order = isSorted && (tables.isView || isJudged) ? ' ORDER BY pos' : ''
  for (const sql of await views(options.flows, hiddenOf(options).hidden, order))
    await duckdb.rows(sql)
  if (hiddenOf(options).hidden) await duckdb.rows(hiddenHeads)
  const whole = located ? withElsewhere(read, located) : read
  const known = index ?? located?.fromIndex?.index
  const searched = known ? withIndexed(whole, known) : whole
  return { ...searched, chosen: tables.kept, unanswered: lenient.failure }
}

/** Nothing is hidden where no path is named. */
function hiddenOf({ hidden }: Pick<AskOptions, 'hidden'>): Pick<AskOptions, 'hidden'> {
  return hidden && hidden.paths.length > 0 ? { hidden } : { hidden: undefined }
}

/** Columns that take much room. */
const bulky: readonly EventColumn[] = ['document', 'payload', 'stamps', 'faults', 'envelopes']

/** The view joins by `pos` whatever is asked. */
function isLookedAt(looks: Looks, table: string): boolean {
  return [...(looks.get(table) ?? [])].some((column) => column !== 'pos')
}
