import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { besideFile } from '../config/sources.js'
import type { BoundValue, ResultRows, Statement } from '../engines/engine.js'
import { EvtError } from '../errors.js'
import { count, noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { type OpenedArchive, openArchive, type ReadRequest } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import { type AskOptions, askArchive } from './asked-archive.js'
import { type EngineName, type Question, questionNamed, readCatalogue } from './catalogue.js'
import type { Chosen } from './chosen.js'
import type { Hidden } from './hidden-sql.js'
import { boundValues } from './parameters.js'
import { isCut, type Searched } from './searched.js'

/** What is asked: a question of the catalogue, or SQL as typed or in a file. */
export type Wording = { name: string } | { sql: string } | { file: string }

export interface QueryRequest extends ReadRequest {
  wording: Wording
  /** `name=value`, of `--param`. */
  parameters: readonly string[]
  chosen: Omit<Chosen, 'sinceUs' | 'untilUs'>
  /** How many rows at most. */
  limit: number | null
  /** The engine's plan instead of rows. */
  explain: boolean
  memoryLimitBytes: number
  allowPartial: boolean
}

/**
 * `evt query` from what was typed to rows, which `take` gets as they come.
 *
 * @returns why the run does not end well although its rows were given
 * @throws EvtError `usage` for what was typed wrong; `inconclusive` where there is nothing to ask
 */
export async function runQuery(
  request: QueryRequest,
  take: (rows: ResultRows, isPartial: () => boolean) => Promise<void>,
): Promise<EvtError | undefined> {
  const archive = await openArchive(request)
  const { config } = archive
  const folders = (config.queries ?? []).map((folder) => besideFile(folder, config))
  const statement = await statementOf(request, folders)
  const { objects, sources, pruned } = archive
  if (objects.length === 0) throw noObjects(sources, pruned)
  const options = { ...askOptions(archive, request), explain: request.explain }
  return askArchive(statement, options, async ({ rows, searched }) => {
    request.onRead?.()
    checkSearched(sources, searched)
    const isPartial = () => isCut(searched) || request.signal.aborted
    await take(request.limit === null ? rows : firstOf(rows, request.limit), isPartial)
    return endedBadly({ ...searched, ...request })
  })
}

/** How an archive is asked about what was typed. */
export function askOptions(
  archive: OpenedArchive,
  request: Omit<QueryRequest, 'wording' | 'parameters' | 'limit' | 'explain'>,
): AskOptions {
  return {
    archive,
    presets: request.presets,
    chosen: { ...request.range, ...request.chosen },
    flows: archive.config.flows,
    hidden: hiddenIn(archive),
    memoryLimitBytes: request.memoryLimitBytes,
    signal: request.signal,
    onProgress: progressOf(archive.objects, request),
  }
}

/** What evt.yaml says that nobody is to be shown. */
export function hiddenIn({ config, mapping }: Pick<OpenedArchive, 'config' | 'mapping'>): Hidden {
  return { paths: config.privacy?.redact ?? [], mapping }
}

/** @throws EvtError `inconclusive` where there is nothing to ask */
export function checkSearched(sources: readonly string[], searched: Searched): void {
  if (searched.records === 0) throw nothingToAsk(sources, searched)
  if (searched.chosen === 0 && searched.events > 0) throw nothingChosen(sources, searched)
}

/** What was asked, as a statement. */
export async function statementOf(
  { wording, parameters, cwd }: Pick<QueryRequest, 'wording' | 'parameters' | 'cwd'>,
  folders: readonly string[],
  engine: EngineName = 'duckdb',
): Promise<Statement> {
  if ('name' in wording) {
    const question = questionNamed(await readCatalogue(folders), wording.name)
    if (!question.engines.includes(engine)) throw notFor(engine, question)
    return { sql: question.sql, values: boundValues(question.parameters, parameters) }
  }
  if ('sql' in wording) return { sql: wording.sql, values: typedValues(parameters) }
  const sql = await readFile(resolve(cwd, wording.file), 'utf8').catch((cause) => {
    throw new EvtError(`the query ${wording.file} cannot be read`, { code: 'usage', cause })
  })
  return { sql, values: typedValues(parameters) }
}

function notFor(engine: EngineName, { name, engines }: Question): EvtError {
  const message = `the query ${name} is not for ${engine}`
  return new EvtError(message, { code: 'usage', hint: `--engine ${engines.join(' or ')}` })
}

/** Of SQL without a header: all values are texts. */
function typedValues(parameters: readonly string[]): Record<string, BoundValue> {
  const names = parameters.map((text) => text.split('=')[0] ?? '')
  const texts = names.map((name) => ({
    ...{ name, type: 'text' as const, fallback: undefined, description: '' },
  }))
  return boundValues(texts, parameters)
}

/** So many rows at most. */
export function firstOf({ columns, chunks }: ResultRows, limit: number): ResultRows {
  async function* some() {
    let left = limit
    for await (const rows of chunks) {
      if (left > 0) yield rows.slice(0, left)
      left -= rows.length
      if (left <= 0) return
    }
  }
  return { columns, chunks: some() }
}

function nothingChosen(sources: readonly string[], { events }: Searched): EvtError {
  const place = `in ${sources.join(' ')}`
  const message =
    events === 1
      ? `the one event ${place} is not chosen`
      : `none of the ${count(events, 'event')} ${place} is chosen`
  return new EvtError(message, {
    code: 'inconclusive',
    hint: 'without --type, --entity, --key, --filter, --since and --until all are asked',
  })
}

function nothingToAsk(sources: readonly string[], { objects }: Searched): EvtError {
  const message = `no events in ${sources.join(' ')}: ${count(objects, 'object')} read, no records`
  return new EvtError(message, { code: 'inconclusive' })
}
