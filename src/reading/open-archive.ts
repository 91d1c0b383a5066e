import type { ArchiveObject } from '../archives/object.js'
import { resolveSources } from '../archives/source.js'
import type { Config } from '../config/config.js'
import type { Outside } from '../envelopes/outside.js'
import { createMapping, type Mapping } from '../event/mapping.js'
import { type GivenSources, namedSources } from './named-sources.js'
import { type OutsidePlaces, outsideOf } from './outside.js'
import type { ReadState } from './progress.js'

/** What was typed of an archive, and where it was typed. */
export interface ReadRequest extends GivenSources, OutsidePlaces {
  /** The values of `--map`. */
  maps: readonly string[]
  presets: readonly string[] | undefined
  /** Of `--since` and `--until`. */
  range: { sinceUs: number | null; untilUs: number | null }
  signal: AbortSignal
  onProgress(state: ReadState): void
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
    ...(sinceUs === null ? {} : { sinceUs }),
    ...(untilUs === null ? {} : { untilUs }),
  })
  const outside = await outsideOf(request, config)
  return { config, sources, objects, pruned, mapping, outside }
}
