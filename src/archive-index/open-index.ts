import { createHash } from 'node:crypto'
import { type ArchiveObject, identityOf, type StoredObject } from '../archives/object.js'
import type { Mapping } from '../event/mapping.js'
import {
  INDEX_SCHEMA,
  type IndexedObject,
  type Manifest,
  type NoManifest,
  readManifest,
} from './manifest.js'
import { type IndexOwner, indexFolder } from './place.js'

/** What an index says of an archive only if it is the same. */
export interface Reading {
  /** Of evt. */
  version: string
  mapping: Mapping
  presets: readonly string[] | undefined
}

/** An object of the archive, and what an index knows of it. */
export interface CoveredObject {
  object: StoredObject
  /** Which of the objects that are asked about it is, from 1. */
  place: number
  indexed: IndexedObject
}

/** An index that can be used for an archive. */
export interface OpenIndex {
  folder: string
  manifest: Manifest
  /** In their order. */
  covered: readonly CoveredObject[]
  /** Of the objects that are asked about: those that have to be read. */
  missing: readonly ArchiveObject[]
}

/** How an index and an archive go together. */
export type Freshness =
  | { state: 'absent' | 'damaged' | 'otherVersion' | 'otherMapping'; folder: string }
  | { state: 'fresh' | 'stale'; folder: string; index: OpenIndex; gone: number }

/** Whether there is an index of an archive, and whether it still says what the archive says. */
export async function freshnessOf(
  owner: IndexOwner,
  reading: Reading,
  objects: readonly ArchiveObject[],
): Promise<Freshness> {
  const folder = await indexFolder(owner)
  return freshnessBy(await readManifest(folder), folder, reading, objects)
}

/** The same of an index whose manifest was read.
 * @param folder where it is, which may be in S3 */
export function freshnessBy(
  manifest: Manifest | NoManifest,
  folder: string,
  reading: Reading,
  objects: readonly ArchiveObject[],
): Freshness {
  if (typeof manifest === 'string') return { state: manifest, folder }
  if (manifest.schema !== INDEX_SCHEMA || manifest.version !== reading.version) {
    return { state: 'otherVersion', folder }
  }
  if (manifest.reading !== readingHash(reading)) return { state: 'otherMapping', folder }
  const index = { folder, manifest, ...coverage(manifest, objects) }
  const gone = manifest.objects.length - index.covered.length
  const isFresh = index.missing.length === 0 && gone === 0
  return { state: isFresh ? 'fresh' : 'stale', folder, index, gone }
}

/** What decides how the events of an archive are read. */
export function readingHash({ mapping, presets }: Reading): string {
  const { rules } = mapping
  return createHash('sha256').update(JSON.stringify({ rules, presets })).digest('hex')
}

/** Which objects the index has as they are now. */
export function coverage(
  { objects: known }: Pick<Manifest, 'objects'>,
  objects: readonly ArchiveObject[],
): Pick<OpenIndex, 'covered' | 'missing'> {
  const byFile = new Map(known.map((indexed) => [indexed.file, indexed]))
  const covered: CoveredObject[] = []
  const missing: ArchiveObject[] = []
  for (const [n, object] of objects.entries()) {
    const indexed = object.kind === 'stream' ? undefined : byFile.get(identityOf(object))
    if (object.kind !== 'stream' && indexed && isSame(object, indexed)) {
      covered.push({ object, place: n + 1, indexed })
    } else missing.push(object)
  }
  return { covered, missing }
}

function isSame(object: StoredObject, indexed: IndexedObject): boolean {
  return object.sizeBytes === indexed.sizeBytes && object.mtimeMs === indexed.mtimeMs
}
