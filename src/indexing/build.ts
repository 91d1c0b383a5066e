import { readdir, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ANSWERS } from '../archive-index/answers.js'
import { isLeftover, lockIndex } from '../archive-index/lock.js'
import {
  allParts,
  INDEX_SCHEMA,
  type Manifest,
  partKinds,
  readManifest,
  writeManifest,
} from '../archive-index/manifest.js'
import { coverage, type Reading, readingHash } from '../archive-index/open-index.js'
import { leftToDerive, notInEvents } from '../archive-index/relations.js'
import { writeError } from '../archive-index/write-error.js'
import { makeFolder } from '../archives/make-folder.js'
import type { ArchiveObject } from '../archives/object.js'
import { makeTempFolder, removeTempFolder } from '../archives/temp-folder.js'
import { type Duckdb, engineError, openDuckdb } from '../engines/duckdb.js'
import { EventTables, POSITION_BITS } from '../engines/events-table.js'
import { createDecoder } from '../envelopes/decode.js'
import { EvtError } from '../errors.js'
import { EventLines } from '../questions/event-lines.js'
import { EventParquet } from '../questions/event-parquet.js'
import { Plans } from '../questions/plans.js'
import { readArchive } from '../reading/read-archive.js'
import { compact } from './compact.js'
import { IndexTaker } from './index-taker.js'
import { IndexWriter } from './index-writer.js'

export interface BuildOptions {
  folder: string
  /** Absolute. */
  sources: readonly string[]
  objects: readonly ArchiveObject[]
  reading: Reading
  memoryLimitBytes: number
  threads?: number | undefined
  spoolDir?: string | undefined
  sqlFromBytes?: number | undefined
  signal: AbortSignal
  onProgress(done: { bytes: number; objects: number; records: number }): void
}

export interface Built {
  manifest: Manifest
  /** Objects that were read for it, and their events. */
  added: number
  read: number
  /** Objects of the index that are gone, or have changed. */
  removed: number
}

/** Numbers of objects that positions have room for: they have to be exact as doubles. */
const MOST_OBJECTS = 2 ** (53 - POSITION_BITS)
const SQL_FROM_BYTES = 1024 * 1024
/** Node, DuckDB's code, the files being unpacked. */
const BASE_BYTES = 200e6
const LEAST_DUCKDB_BYTES = 160e6
const AHEAD_FROM_BYTES = 1.5e9
/** So many rows of entities are sorted at once. */
const MOST_ENTITIES = 4_000_000

/**
 * Brings an index up to date with its archive: what it has of objects that are as they were stays,
 * the others are read. Interrupted or killed, it leaves an index of what was read until then; what
 * was there before stays right throughout.
 *
 * @throws EvtError `outside` where another process builds it, or there is no room
 */
export async function buildIndex(options: BuildOptions): Promise<Built> {
  const { folder, spoolDir } = options
  const unlock = await begun(folder)
  const spillDir = await makeTempFolder('evt-spill-', spoolDir).catch(() => null)
  const duckdb = await openDuckdb({
    memoryLimitBytes: Math.max(LEAST_DUCKDB_BYTES, options.memoryLimitBytes - BASE_BYTES),
    spillDir: spillDir ?? undefined,
    threads: options.threads ?? threadsFor(options),
  })
  try {
    const manifest = await kept(options)
    // From now on the folder is an index: what is not named in it is evt's to remove.
    await writeManifest(folder, manifest)
    await removeOthers(folder, manifest)
    return await bringUpToDate(options, duckdb, manifest)
  } catch (error) {
    throw engineError(writeError(error, folder), spoolDir ?? tmpdir())
  } finally {
    await duckdb.close()
    if (spillDir !== null) await removeTempFolder(spillDir)
    await unlock()
  }
}

/** Makes the folder, and keeps others from building in it. */
async function begun(folder: string): Promise<() => Promise<void>> {
  try {
    await makeFolder(folder)
    return await lockIndex(folder)
  } catch (error) {
    throw writeError(error, folder)
  }
}

/** What is there already and can be built on; else the manifest of an empty index. */
async function kept({ folder, sources, objects, reading }: BuildOptions): Promise<Manifest> {
  const hash = readingHash(reading)
  const { version } = reading
  const found = await readManifest(folder)
  const isUsable =
    typeof found !== 'string' &&
    found.schema === INDEX_SCHEMA &&
    found.version === version &&
    found.reading === hash &&
    found.nextObject + objects.length <= MOST_OBJECTS
  if (isUsable) return found
  return {
    schema: INDEX_SCHEMA,
    ...{ version, reading: hash, sources: [...sources], builtAt: '' },
    ...{ generation: 0, nextObject: 1, nextPart: 1, objects: [] },
    parts: { events: [], records: [], entities: [], undecodable: [] },
  }
}

async function bringUpToDate(
  options: BuildOptions,
  duckdb: Duckdb,
  manifest: Manifest,
): Promise<Built> {
  const { folder, objects, reading, signal, spoolDir } = options
  if (objects.length >= MOST_OBJECTS) throw tooMany(objects.length)
  const { covered, missing } = coverage(manifest, objects)
  const removed = manifest.objects.length - covered.length
  if (missing.length === 0 && removed === 0) return { manifest, added: 0, read: 0, removed }
  manifest.objects = covered.map(({ indexed }) => indexed)
  const writer = new IndexWriter(duckdb, folder, manifest)
  await writer.begin()
  const { mapping, presets } = reading
  const decode = createDecoder({ mapping, presets, outside: {} })
  const tables = await EventTables.create(duckdb, {
    ...{ without: [...notInEvents, ...leftToDerive], records: true },
    many: (relation) => writer.writeEvents(relation),
  })
  const read: Manifest['objects'] = []
  // The manifest names no object before all of its rows are written.
  const writeAll = async () => {
    await writer.writeTables(tables)
    await writer.writeEntities()
    manifest.objects.push(...read.splice(0))
  }
  const commit = async () => {
    manifest.nextObject = taker.nextNumber
    manifest.generation += 1
    manifest.builtAt = new Date().toISOString()
    await writer.synced()
    await writeManifest(folder, manifest)
    // They are of what was there before.
    await rm(join(folder, ANSWERS), { recursive: true, force: true })
  }
  const taker: IndexTaker = new IndexTaker({
    ...{ tables, writer, decode, firstNumber: manifest.nextObject },
    scansAhead: scansAhead(options),
    onObject: (object) => read.push(object),
    onPart: async () => {
      if (writer.waitingEntities < MOST_ENTITIES) return
      await writeAll()
      await commit()
    },
  })
  const plans = new Plans(mapping, presets)
  const sqlFromBytes = options.sqlFromBytes ?? SQL_FROM_BYTES
  await readArchive(missing, {
    taker,
    lines: new EventLines({ tables, taker, plans, sqlFromBytes }),
    parquet: new EventParquet({ duckdb, tables, taker, plans }),
    ...{ signal, spoolDir, onProgress: options.onProgress },
  })
  if (signal.aborted) taker.drop()
  await taker.end()
  await writeAll()
  if (!signal.aborted) await compact(duckdb, writer, { folder, manifest })
  const added = manifest.objects.length - covered.length
  await commit()
  return { manifest, added, read: taker.events, removed }
}

/** Whether files are read while the ones before are written. */
function scansAhead({ memoryLimitBytes }: BuildOptions): boolean {
  return memoryLimitBytes >= AHEAD_FROM_BYTES
}

/** Two statements that run beside each other have a thread of Node each, which DuckDB does not
 * count; a thread too many spins while it waits for others. Parquet is not read ahead. */
function threadsFor(options: BuildOptions): number {
  const isAlone = options.objects.some(({ path }) => path.endsWith('.parquet'))
  const others = scansAhead(options) && !isAlone ? 1 : 0
  return Math.max(1, availableParallelism() - others)
}

function tooMany(objects: number): EvtError {
  return new EvtError(`an index has room for ${MOST_OBJECTS - 1} objects, here are ${objects}`, {
    code: 'usage',
    hint: 'build one for each part of the archive',
  })
}

/** What a build that was killed has left behind, and what other versions wrote. */
async function removeOthers(folder: string, manifest: Manifest): Promise<void> {
  for (const name of await readdir(folder)) {
    if (isLeftover(name)) await rm(join(folder, name), { force: true })
  }
  const known = new Set(allParts(manifest).map(({ file }) => join(folder, file)))
  for (const kind of partKinds) {
    const below = join(folder, kind)
    const entries = await readdir(below, { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      const file = join(entry.parentPath, entry.name)
      if (entry.isFile() && !known.has(file)) await rm(file, { force: true })
    }
  }
}
