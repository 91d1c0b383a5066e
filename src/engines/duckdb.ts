import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult, DuckDBValue } from '@duckdb/node-api'
import { EvtError } from '../errors.js'

/** The type of a result that has an error. */
const FAILED = 0

export interface DuckdbOptions {
  /** DuckDB's own limit; what does not fit is spilled. */
  memoryLimitBytes: number
  /** Where to spill; nothing is spilled without it. */
  spillDir?: string | undefined
  threads?: number | undefined
}

/** An embedded DuckDB in memory. It fetches nothing: no extensions, no network. */
export interface Duckdb {
  /** Runs one statement and gives the rows in its order, a chunk of up to 2,048 at a time. When
   * the signal aborts, there are no more. */
  chunks(sql: string, signal?: AbortSignal): AsyncGenerator<DuckDBDataChunk>
  /** As {@link chunks}, on a connection of its own, which does not see temporary tables. The
   * statement begins at once, and some rows are made before they are asked for. */
  scan(sql: string, signal?: AbortSignal): AsyncGenerator<DuckDBDataChunk>
  /** Runs one statement for its effect beside the others, on a connection of its own, which does
   * not see temporary tables. It fails when the signal aborts. */
  beside(sql: string, signal?: AbortSignal): Promise<void>
  /** Runs one statement for its effect, or for a few rows. 64-bit integers come as bigint. */
  rows(sql: string, values?: DuckDBValue[]): Promise<DuckDBValue[][]>
  readonly connection: DuckDBConnection
  limitMemory(bytes: number): Promise<void>
  /** Gives what is free back to the system: the allocator keeps it for what comes, which then often
   * has no use for it (1.5.6: a dropped table of 300 MB stays in the process). */
  giveBack(): Promise<void>
  /** Ends the scans that are under way. */
  close(): Promise<void>
}

/** @throws EvtError `outside` where DuckDB cannot be loaded on this machine */
export async function openDuckdb(options: DuckdbOptions): Promise<Duckdb> {
  const { DuckDBInstance } = await loadDuckdb()
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    memory_limit: megabytes(options.memoryLimitBytes),
    temp_directory: options.spillDir ?? '',
    ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
  })
  await (await instance.connect()).run("SET GLOBAL TimeZone = 'UTC'")
  const connection = await instance.connect()
  const scans = new Set<Promise<Running>>()
  const startScan = async (sql: string): Promise<Running> => {
    const own = await instance.connect()
    await own.run(`SET streaming_buffer_size = '${megabytes(aheadBytes(options))}'`)
    return { connection: own, result: own.stream(sql) }
  }
  const startBeside = async (sql: string): Promise<Running> => {
    const own = await instance.connect()
    return { connection: own, result: own.run(sql) }
  }
  return {
    connection,
    chunks: (sql, signal) =>
      chunksOf(signal, async () => ({
        connection,
        result: frugally(connection, () => connection.run(sql)),
      })),
    scan: (sql, signal) => {
      const started = startScan(sql)
      scans.add(started)
      // Its failure belongs to whoever reads the rows.
      started.then(({ result }) => result).catch(() => undefined)
      const end = (own: DuckDBConnection) => {
        scans.delete(started)
        own.closeSync()
      }
      return chunksOf(signal, () => started, end)
    },
    beside: async (sql, signal) => {
      signal?.throwIfAborted()
      const own = startBeside(sql)
      scans.add(own)
      const running = await own
      const letGo = interruptedBy(signal, () => running.connection)
      try {
        await running.result
      } finally {
        letGo()
        if (scans.delete(own)) running.connection.closeSync()
      }
    },
    rows: async (sql, values) =>
      (await frugally(connection, () => connection.runAndReadAll(sql, values))).getRows(),
    ...memoryOf(connection, options.memoryLimitBytes),
    close: async () => {
      const running = [...scans]
      scans.clear()
      await Promise.all(running.map(endScan))
      connection.closeSync()
      instance.closeSync()
    },
  }
}

function memoryOf(
  connection: DuckDBConnection,
  limitBytes: number,
): Pick<Duckdb, 'limitMemory' | 'giveBack'> {
  let now = limitBytes
  const limitMemory = async (bytes: number) => {
    now = bytes
    await connection.run(`SET memory_limit = '${megabytes(bytes)}'`)
  }
  return {
    limitMemory,
    // DuckDB does so whenever a limit is set, and refuses where more is in use at the moment.
    giveBack: () =>
      limitMemory(now).catch((error) => {
        if (!isOutOfMemory(error)) throw error
      }),
  }
}

/** Where memory runs out, once more with a single thread: each pins memory of its own, and how much
 * at once is chance. A statement that failed has done nothing. */
async function frugally<T>(connection: DuckDBConnection, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!isOutOfMemory(error)) throw error
    await connection.run('SET threads = 1')
    return run()
  }
}

interface Running {
  readonly connection: DuckDBConnection
  readonly result: Promise<DuckDBResult>
}

/** A connection that is closed while a statement begins on it never ends. */
async function endScan(started: Promise<Running>): Promise<void> {
  const running = await started.catch(() => null)
  if (!running) return
  running.connection.interrupt()
  await running.result.catch(() => undefined)
  running.connection.closeSync()
}

async function* chunksOf(
  signal: AbortSignal | undefined,
  start: () => Promise<Running>,
  end: (connection: DuckDBConnection) => void = () => undefined,
): AsyncGenerator<DuckDBDataChunk> {
  if (signal?.aborted) return
  let running: Running | undefined
  const letGo = interruptedBy(signal, () => running?.connection)
  try {
    running = await start()
    const result = await running.result
    for (;;) {
      const chunk = await nextChunk(result)
      if (!chunk) return
      yield chunk
    }
  } catch (error) {
    if (!signal?.aborted) throw error
  } finally {
    letGo()
    if (running) end(running.connection)
  }
}

const INTERRUPTED_AGAIN_MS = 50

/**
 * Interrupts what a connection does once a signal says so, again and again: DuckDB does all the
 * same what it had not begun when it was interrupted.
 *
 * @returns what is called when it does nothing any more
 */
export function interruptedBy(
  signal: AbortSignal | undefined,
  connection: () => DuckDBConnection | undefined,
): () => void {
  let again: NodeJS.Timeout | undefined
  const interrupt = () => {
    connection()?.interrupt()
    again = setTimeout(interrupt, INTERRUPTED_AGAIN_MS)
  }
  signal?.addEventListener('abort', interrupt)
  if (signal?.aborted) interrupt()
  return () => {
    signal?.removeEventListener('abort', interrupt)
    clearTimeout(again)
  }
}

/** The next rows of a result; null at its end.
 *
 * @throws Error where it failed after its first rows: a stream then only ends, and does not say why
 * (1.5.6) */
export async function nextChunk(result: DuckDBResult): Promise<DuckDBDataChunk | null> {
  const chunk = await result.fetchChunk()
  if (chunk && chunk.rowCount > 0) return chunk
  if (result.returnType === FAILED) throw new Error('Invalid Input Error: the rows end early')
  return null
}

/** What a scan may make ahead of its reader. */
export function aheadBytes({ memoryLimitBytes }: Pick<DuckdbOptions, 'memoryLimitBytes'>): number {
  return Math.min(64e6, memoryLimitBytes / 8)
}

/** As it says itself: `v1.5.6`. */
export async function duckdbVersion(): Promise<string> {
  return (await loadDuckdb()).version()
}

async function loadDuckdb(): Promise<typeof import('@duckdb/node-api')> {
  try {
    return await import('@duckdb/node-api')
  } catch (cause) {
    throw new EvtError(`DuckDB cannot be loaded on ${process.platform}-${process.arch}`, {
      code: 'outside',
      hint: 'install evt again without --omit=optional: DuckDB comes as an optional package',
      cause,
    })
  }
}

/** What DuckDB's failure means to the user; what it is not to blame for stays as it is. */
export function engineError(error: unknown, tempDir: string): unknown {
  if (!(error instanceof Error) || error instanceof EvtError) return error
  const text = error.message.split('\n')[0] ?? ''
  if (/No space left|max_temp_directory_size|could not write|failed to offload/i.test(text)) {
    return new EvtError(`no space left on ${tempDir} to keep deliveries in`, {
      code: 'outside',
      hint: 'set TMPDIR to a folder with more room, or raise --memory-limit',
      cause: error,
    })
  }
  if (!isOutOfMemory(error)) return error
  return new EvtError('the memory limit is too low for this archive', {
    code: 'outside',
    hint: 'raise --memory-limit',
    cause: error,
  })
}

export function isOutOfMemory(error: unknown): error is Error {
  return (
    error instanceof Error &&
    /^(?:Out of Memory Error|.*(?:could not allocate|failed to pin))/i.test(error.message)
  )
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)}MB`
}
