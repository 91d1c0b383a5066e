import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { removeCopies, tellCopy } from '../archive-index/copies.js'
import { dropFolder } from '../archive-index/drop.js'
import { isTransient } from '../archive-index/lock.js'
import {
  allParts,
  INDEX_SCHEMA,
  type Manifest,
  type NoManifest,
  readManifest,
} from '../archive-index/manifest.js'
import {
  type Freshness,
  freshnessOf,
  type OpenIndex,
  type Reading,
} from '../archive-index/open-index.js'
import {
  addresses,
  besideFolder,
  forgetFolder,
  type IndexOwner,
  indexFolder,
  indexFolders,
  noteFolder,
  ownFolder,
  tellFolder,
} from '../archive-index/place.js'
import { writeError } from '../archive-index/write-error.js'
import { INDEX_MARK } from '../archives/folder.js'
import { type ArchiveObject, identityOf } from '../archives/object.js'
import { codeOf } from '../archives/read-error.js'
import { Register, registerFile } from '../erased/register.js'
import { EvtError } from '../errors.js'
import { noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { namedSources } from '../reading/named-sources.js'
import { type OpenedArchive, openArchive, type ReadRequest } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import { keptOrMeasured } from '../stats/kept-stats.js'
import { type Built, buildIndex } from './build.js'
import { erasedAgain } from './erased-again.js'
import { putIndex } from './put-index.js'
import type { IndexResult } from './result.js'

/** A share of the events. */
const SMALL_CHANGE = 0.1

export interface BuildRequest extends ReadRequest {
  version: string
  /** Where to, as typed; null: into the cache. */
  to: string | null
  /** Next to the archive. */
  beside: boolean
  memoryLimitBytes: number
  allowPartial: boolean
}

export interface IndexRun {
  result: IndexResult
  failure: EvtError | undefined
}

/**
 * `evt index build`.
 *
 * @throws EvtError `usage` for what cannot have an index
 */
export async function runBuild(request: BuildRequest): Promise<IndexRun> {
  const opened = await openArchive(request)
  const { objects, sources, pruned } = opened
  checkIndexable(opened)
  if (objects.length === 0) throw noObjects(sources, pruned)
  const register = await Register.open(registerFile({ ...request, config: opened.config }))
  const owner = { sources, cwd: request.cwd, env: request.env }
  checkApart(request.to, owner)
  const folder = await placeFor(owner, request)
  const reading = readingOf(opened, request)
  if (folder !== ownFolder(owner)) await checkFolder(folder)
  if (folder !== besideFolder(owner)) await checkOwner(folder, owner, objects)
  const built = await buildIndex({
    ...{ folder, sources: addresses(owner), objects, reading },
    ...{ memoryLimitBytes: request.memoryLimitBytes, signal: request.signal },
    onProgress: progressOf(objects, request),
  })
  request.onRead?.()
  await remember(owner, folder)
  const { added, removed } = built
  const { to, aws = {}, signal } = request
  if (isInBucket(to) && !signal.aborted) {
    // Before: what was begun is to be reached, too.
    await tellCopy(owner, to)
    await putIndex({ folder, manifest: built.manifest, to, aws, signal })
  }
  const freshness = await freshnessOf(owner, reading, objects)
  const erased =
    'index' in freshness && !register.isEmpty
      ? { erased: await erasedAgain(freshness.index, register, request.memoryLimitBytes) }
      : {}
  const copied = isInBucket(to) ? { copy: to } : {}
  const indexed = { ...resultOf(freshness, built.manifest, sources), ...copied }
  const result = { ...indexed, added, removed, ...erased }
  if ('index' in freshness) await measureOnce(opened, request, built, freshness.index)
  const covered = 'index' in freshness ? freshness.index.covered : []
  const objectFaults = covered.flatMap(({ object: { path }, indexed: { faults } }) =>
    faults.map((fault) => ({ path, fault })),
  )
  const { records } = result
  return { result, failure: endedBadly({ ...request, records, objectFaults }) }
}

/** What `evt stats` says of the archive is kept with the index, unless little has changed: then it
 * is found out when it is asked for. */
async function measureOnce(
  { sources, objects, mapping, outside }: OpenedArchive,
  { presets, memoryLimitBytes, signal }: BuildRequest,
  { manifest, read }: Built,
  index: OpenIndex,
): Promise<void> {
  const events = manifest.objects.reduce((sum, object) => sum + object.events, 0)
  if (signal.aborted || index.missing.length > 0 || read < events * SMALL_CHANGE) return
  await keptOrMeasured({
    ...{ sources, objects, mapping, presets, outside, index, memoryLimitBytes, signal },
    ...{ by: 'type', windowUs: null, content: 'auto' },
    selection: { sinceUs: null, untilUs: null, types: [], sample: null },
    onProgress: () => undefined,
  })
}

/** `evt index status`. */
export async function runStatus(request: ReadRequest & { version: string }): Promise<IndexRun> {
  const opened = await openArchive(request)
  const { sources, objects } = opened
  checkIndexable(opened)
  const owner = { sources, cwd: request.cwd, env: request.env }
  const freshness = await freshnessOf(owner, readingOf(opened, request), objects)
  const manifest = await readManifest(freshness.folder)
  return { result: resultOf(freshness, manifest, sources), failure: undefined }
}

/**
 * `evt index drop`. Of the folders, and of the prefixes of S3 where copies are, only what evt wrote
 * is removed.
 *
 * @returns the folders and prefixes of the indexes that were there
 */
export async function runDrop(
  request: Pick<ReadRequest, 'given' | 'config' | 'cwd' | 'env' | 'choose' | 'lineWith' | 'aws'>,
): Promise<string[]> {
  const { sources } = await namedSources(request)
  const owner = { sources, cwd: request.cwd, env: request.env }
  const dropped: string[] = []
  for (const folder of await indexFolders(owner)) {
    if ((await readManifest(folder)) === 'absent') continue
    await dropFolder(folder)
    dropped.push(folder)
  }
  await forgetFolder(owner)
  dropped.push(...(await removeCopies(owner, request.aws ?? {})))
  return dropped
}

/** Where the index is that was just built. What is beside the archive is found without a note. */
async function remember(owner: IndexOwner, folder: string): Promise<void> {
  const note = noteFolder(owner)
  try {
    if (folder === ownFolder(owner)) await forgetFolder(owner)
    else if (folder !== besideFolder(owner)) await tellFolder(owner, folder)
  } catch (error) {
    throw writeError(error, note)
  }
}

function readingOf(
  { mapping }: OpenedArchive,
  { version, presets }: ReadRequest & { version: string },
): Reading {
  return { version, mapping, presets }
}

async function placeFor(owner: IndexOwner, { to, beside, cwd }: BuildRequest): Promise<string> {
  if (to !== null && !isInBucket(to)) return resolve(cwd, to)
  if (!beside) return indexFolder(owner)
  const folder = besideFolder(owner)
  if (folder !== undefined) return folder
  throw new EvtError('there is no one place beside these SOURCEs', {
    code: 'usage',
    hint: '--to FOLDER names one',
  })
}

function isInBucket(to: string | null): to is string {
  return to?.startsWith('s3://') === true
}

/** @throws EvtError `usage` where the index would be objects of the archive */
function checkApart(to: string | null, owner: IndexOwner): void {
  if (!isInBucket(to)) return
  const within = (a: string, b: string) =>
    `${a.replace(/\/*$/, '')}/`.startsWith(`${b.replace(/\/*$/, '')}/`)
  const around = addresses(owner).find((source) => within(to, source) || within(source, to))
  if (around === undefined) return
  throw new EvtError(`an index in ${to} would be among the objects of ${around}`, {
    ...{ code: 'usage', hint: '--to s3://BUCKET/PREFIX beside the archive' },
  })
}

function checkIndexable({ objects, outside }: OpenedArchive): void {
  const stream = objects.find(({ kind }) => kind === 'stream')
  if (stream) {
    throw new EvtError(`${stream.path} can be read once and has no index`, {
      code: 'usage',
      hint: 'write it to a file first',
    })
  }
  if (!outside.claims && !outside.schemas) return
  throw new EvtError('an index holds what objects say, not what they point to', {
    code: 'usage',
    hint: 'leave --follow-claims and --schema-registry out: those are read each time',
  })
}

/** What somebody else keeps in a folder is never removed, and never mixed with. */
async function checkFolder(folder: string): Promise<void> {
  const there = await readdir(folder).catch((error: unknown): string[] => {
    if (codeOf(error) === 'ENOENT') return []
    throw new EvtError(`${folder} is no folder that an index can be in`, {
      code: 'usage',
      cause: error,
    })
  })
  if (there.every(isTransient) || there.includes(INDEX_MARK)) return
  throw new EvtError(`${folder} is not empty, and no index`, {
    code: 'usage',
    hint: `--to ${join(folder, 'index')} would make a new folder in it`,
  })
}

/** The index of another archive is not replaced: it may have been called by other addresses, but
 * then it has objects that are here. */
async function checkOwner(
  folder: string,
  owner: IndexOwner,
  objects: readonly ArchiveObject[],
): Promise<void> {
  const manifest = await readManifest(folder)
  if (typeof manifest === 'string' || manifest.schema !== INDEX_SCHEMA) return
  const files = new Set(
    objects.flatMap((object) => (object.kind === 'stream' ? [] : identityOf(object))),
  )
  const isOurs =
    JSON.stringify(manifest.sources) === JSON.stringify(addresses(owner)) ||
    manifest.objects.length === 0 ||
    manifest.objects.some(({ file }) => files.has(file))
  if (isOurs) return
  throw new EvtError(`${folder} has the index of ${manifest.sources.join(' ')}`, {
    code: 'usage',
    hint: 'name another folder, or remove this one first',
  })
}

function resultOf(
  freshness: Freshness,
  manifest: Manifest | NoManifest,
  sources: readonly string[],
): IndexResult {
  const known = typeof manifest !== 'string' && 'index' in freshness ? manifest : null
  const sum = (of: (object: Manifest['objects'][number]) => number) =>
    (known?.objects ?? []).reduce((total, object) => total + of(object), 0)
  return {
    schema: 'evt.index/1',
    sources: [...sources],
    folder: freshness.folder,
    state: freshness.state,
    builtAt: known?.builtAt ?? null,
    objects: known?.objects.length ?? 0,
    records: sum(({ records }) => records),
    events: sum(({ events }) => events),
    undecodable: sum(({ undecodable }) => undecodable),
    archiveBytes: sum(({ sizeBytes }) => sizeBytes),
    indexBytes: known ? allParts(known).reduce((total, { bytes }) => total + bytes, 0) : 0,
    missing: 'index' in freshness ? freshness.index.missing.length : null,
    gone: 'index' in freshness ? freshness.gone : null,
  }
}
