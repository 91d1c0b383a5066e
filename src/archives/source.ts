import { open } from 'node:fs/promises'
import type { AwsOptions } from '../aws/options.js'
import { placesOf } from './address.js'
import type { ArchiveObject, FileObject, RemoteObject, StreamObject } from './object.js'
import { overlaps, partitionOf } from './partitions.js'
import type { FilePlace, Place, RemotePlace } from './place.js'
import { codeOf, readError } from './read-error.js'

export interface SourceOptions {
  /** NAME → address, from evt.yaml. Relative addresses are relative to `cwd`. */
  aliases: Readonly<Record<string, string>>
  cwd: string
  /** Half-open, microseconds since the epoch. */
  sinceUs?: number | undefined
  untilUs?: number | undefined
  stdin?: AsyncIterable<unknown>
  /** Who is asked for what is in S3. */
  aws?: AwsOptions | undefined
}

/** What was found to read, once; what changes afterwards is a fault of the object. */
export interface ArchiveSource {
  /** By path, in byte order. Each file once, by the plainest of the paths that lead to it. */
  readonly objects: readonly ArchiveObject[]
  /** How many files were left out, because their partition lies outside since and until. */
  readonly pruned: number
}

const STATS_AT_ONCE = 64

/**
 * The objects of files, folders, globs, `-` and aliases.
 *
 * @throws EvtError `usage` where an argument leads nowhere, or a file must not be read
 */
export async function resolveSources(
  args: readonly string[],
  options: SourceOptions,
): Promise<ArchiveSource> {
  const { aliases, cwd, stdin = process.stdin, aws = {} } = options
  const context = { aliases, cwd, stdin, aws, buckets: new Map() }
  const places: Place[] = []
  for (const arg of args) places.push(...(await placesOf(arg, context)))
  const found = withoutRepeats(places).sort((a, b) => byteOrder(a.path, b.path))
  const kept = found.filter((place) => 'stream' in place || isSelected(place, options))
  const objects: ArchiveObject[] = []
  for (let at = 0; at < kept.length; at += STATS_AT_ONCE) {
    objects.push(...(await Promise.all(kept.slice(at, at + STATS_AT_ONCE).map(objectAt))))
  }
  return { objects, pruned: found.length - kept.length }
}

/** Order of UTF-8 bytes, which is that of code points. */
function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Of the paths to one file, one without links is kept; of these the shortest; of these the
 * least. */
function withoutRepeats(places: readonly Place[]): Place[] {
  const seen = new Set<string>()
  const plainestFirst = [...places].sort(
    (a, b) =>
      Number(isLinked(a)) - Number(isLinked(b)) ||
      a.path.length - b.path.length ||
      byteOrder(a.path, b.path),
  )
  return plainestFirst.filter((place) => {
    const file = 'stream' in place ? `\0${place.path}` : whereOf(place)
    return !seen.has(file) && seen.add(file)
  })
}

/** Whether a link below the folder that was named leads to the file. */
function isLinked(place: Place): boolean {
  return 'file' in place && !place.file.endsWith(place.relative)
}

function isSelected(place: FilePlace | RemotePlace, selection: SourceOptions): boolean {
  const partition = partitionOf(whereOf(place), place.relative)
  return !partition || overlaps(partition, selection)
}

function whereOf(place: FilePlace | RemotePlace): string {
  return 'file' in place ? place.file : place.address
}

async function objectAt(place: Place): Promise<ArchiveObject> {
  if ('stream' in place) {
    const { path, stream } = place
    return { kind: 'stream', path, stream } satisfies StreamObject
  }
  if ('remote' in place) {
    const { path, address, remote } = place
    return { kind: 'remote', path, address, ...remote } satisfies RemoteObject
  }
  const { path, file } = place
  try {
    const handle = await open(file)
    const { size, mtimeMs } = await handle.stat().finally(() => handle.close())
    return { kind: 'file', path, file, sizeBytes: size, mtimeMs } satisfies FileObject
  } catch (error) {
    // A link that leads nowhere, or gone since the folder was read: opening it will say so.
    if (codeOf(error) === 'ENOENT') return { kind: 'file', path, file, sizeBytes: 0, mtimeMs: 0 }
    throw readError(path, error)
  }
}
