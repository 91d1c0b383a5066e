import { open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { INDEX_MARK } from '../archives/folder.js'
import type { Fault } from '../archives/object.js'

/** Of the layout of an index, and of what its rows mean. */
export const INDEX_SCHEMA = 'evt.index/3'

/** Rows of a group of `records/`. They are looked up one by one: a group is read whole, and before
 * it what the footer tells of all groups, which is as much again where they are half as large. */
export const RECORDS_A_GROUP = 1_024
/** The same of parts that do not say it, as they were before. */
const RECORDS_A_GROUP_BEFORE = 2_048

/** What an index consists of. Files are never changed: new ones are written beside them, and the
 * manifest, which is replaced at once, says which of them count. */
export const partKinds = ['events', 'records', 'entities', 'undecodable'] as const
export type PartKind = (typeof partKinds)[number]

/** A Parquet file of an index, with the rows of positions from `firstPos` to `lastPos`. */
export interface Part {
  /** Below the folder of the index. */
  file: string
  bytes: number
  /** Whatever writes to it afterwards changes this. */
  mtimeMs: number
  rows: number
  firstPos: number
  lastPos: number
  /** Rows of a group, of `records/`; see {@link rowsOfGroup}. */
  groupRows?: number
  /** Of `entities/`: nobody would see what is missing in it, and so in an answer. */
  sha256?: string
}

/** An object of the archive as it was when it was read; what it has become since is another one. */
export interface IndexedObject {
  /** Its rows have positions of this number; see POSITION_BITS. Numbers are never given again. */
  number: number
  /** Absolute. */
  file: string
  sizeBytes: number
  mtimeMs: number
  records: number
  events: number
  undecodable: number
  /** Some of its records are entries of wrappers. */
  hasWrappers: boolean
  faults: Fault[]
}

export interface Manifest {
  schema: typeof INDEX_SCHEMA
  /** The evt that wrote it: another one may read events otherwise. */
  version: string
  /** A hash of the mapping and the presets that the events were read with. */
  reading: string
  /** The addresses that were read. */
  sources: string[]
  builtAt: string
  /** Counts up whenever anything of it changes. */
  generation: number
  nextObject: number
  nextPart: number
  objects: IndexedObject[]
  parts: Record<PartKind, Part[]>
}

/** Why there is no manifest to be used. */
export type NoManifest = 'absent' | 'damaged'

/** The manifest in a folder, if its files are all there as they were written. Its version is not
 * looked at. */
export async function readManifest(folder: string): Promise<Manifest | NoManifest> {
  let text: string
  try {
    text = await readFile(join(folder, INDEX_MARK), 'utf8')
  } catch {
    return 'absent'
  }
  const manifest = parsedManifest(text)
  if (!manifest) return 'damaged'
  return (await isWhole(folder, manifest)) ? manifest : 'damaged'
}

/** Replaces the manifest at once: after a crash it is the old or the new one. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const file = join(folder, INDEX_MARK)
  const aside = `${file}.${process.pid}`
  const handle = await open(aside, 'w', 0o600)
  try {
    await handle.writeFile(JSON.stringify(manifest))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(aside, file)
}

/** How many rows of a part of `records/` are read for one of them. */
export function rowsOfGroup({ groupRows = RECORDS_A_GROUP_BEFORE }: Part): number {
  return groupRows
}

export function allParts({ parts }: Manifest): Part[] {
  return partKinds.flatMap((kind) => parts[kind])
}

/** A manifest as it is written; null where it is none. */
export function parsedManifest(text: string): Manifest | null {
  try {
    const value: unknown = JSON.parse(text)
    return isManifest(value) ? value : null
  } catch {
    return null
  }
}

/** What another version wrote may have another shape: of it only the schema is sure. */
function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false
  const schema: unknown = Reflect.get(value, 'schema')
  if (schema !== INDEX_SCHEMA) return typeof schema === 'string' && schema.startsWith('evt.index/')
  const parts: unknown = Reflect.get(value, 'parts')
  return (
    Array.isArray(Reflect.get(value, 'objects')) &&
    typeof parts === 'object' &&
    parts !== null &&
    partKinds.every((kind) => Array.isArray(Reflect.get(parts, kind)))
  )
}

async function isWhole(folder: string, manifest: Manifest): Promise<boolean> {
  if (manifest.schema !== INDEX_SCHEMA) return true
  const sizes = await Promise.all(
    allParts(manifest).map((part) =>
      stat(join(folder, part.file)).then(
        ({ size, mtimeMs }) => size === part.bytes && mtimeMs === part.mtimeMs,
        () => false,
      ),
    ),
  )
  return sizes.every((isSame) => isSame)
}
