import { freshnessOf, type OpenIndex } from '../archive-index/open-index.js'
import type { ArchiveObject } from '../archives/object.js'
import { resolveSources } from '../archives/source.js'
import type { Config } from '../config/config.js'
import type { Outside } from '../envelopes/outside.js'
import { createMapping, type Mapping } from '../event/mapping.js'
import { type GivenSources, namedSources } from './named-sources.js'
import { type OutsidePlaces, outsideOf } from './outside.js'
import type { ReadState } from './progress.js'
import { checkRemote, type RemoteLimits } from './remote-reading.js'

/** What was typed of an archive, and where it was typed. */
export interface ReadRequest extends GivenSources, OutsidePlaces, RemoteLimits {
  /** The values of `--map`. */
  maps: readonly string[]
  presets: readonly string[] | undefined
  /** Of `--since` and `--until`. */
  range: { sinceUs: number | null; untilUs: number | null }
  signal: AbortSignal
  onProgress(state: ReadState): void
  /** Whether an index of the archive may be used, and which evt this is. */
  index?: { use: boolean; version: string } | undefined
  /** Called when all is read: what comes next is printed. */
  onRead?(): void
}

/** The SOURCEs of a request, resolved once: a stream among them can be read only once. */
export interface OpenedArchive {
  config: Config
  /** As named, or by default. */
  sources: readonly string[]
  objects: readonly ArchiveObject[]
  /** Objects of partitions that the range leaves out. */
  pruned: number
  mapping: Mapping
  outside: Outside
  /** What can be taken from an index instead of being read. */
  index?: OpenIndex | undefined
}

/**
 * Finds the objects of an archive and how they are to be read.
 *
 * @throws EvtError `usage` for a mapping, configuration or SOURCE that is wrong
 */
export async function openArchive(request: ReadRequest): Promise<OpenedArchive> {
  const { maps, range, cwd } = request
  const { config, sources } = await namedSources(request)
  const mapping = createMapping({ events: config.events, maps })
  const aliases = config.archives ?? {}
  const { sinceUs, untilUs } = range
  const { objects, pruned } = await resolveSources(sources, {
    aliases,
    cwd,
    aws: request.aws,
    ...(sinceUs === null ? {} : { sinceUs }),
    ...(untilUs === null ? {} : { untilUs }),
  })
  const outside = await outsideOf(request, config)
  const archive = { config, sources, objects, pruned, mapping, outside }
  const opened = { ...archive, index: await indexOf(request, archive) }
  checkRemote(opened.index?.missing ?? objects, request)
  return opened
}

/** An index says what objects hold; what they refer to may have changed. */
async function indexOf(
  { index, presets, cwd, env }: ReadRequest,
  { sources, objects, mapping, outside }: OpenedArchive,
): Promise<OpenIndex | undefined> {
  if (!index?.use || outside.claims || outside.schemas || objects.length === 0) return undefined
  const reading = { version: index.version, mapping, presets }
  const found = await freshnessOf({ sources, cwd, env }, reading, objects)
  return 'index' in found && found.index.covered.length > 0 ? found.index : undefined
}
