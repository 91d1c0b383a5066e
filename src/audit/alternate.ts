import { type ArchiveObject, identityOf } from '../archives/object.js'
import { resolveSources, type SourceOptions } from '../archives/source.js'
import { EvtError } from '../errors.js'
import type { OpenedArchive } from '../reading/open-archive.js'
import type { AuditDelivery } from './delivery.js'

/** What to leave out of the history of an entity, and what to add to it. */
export interface Alternate {
  /** Ids of events of the archive. */
  without: readonly string[]
  /** SOURCEs of events that are added. */
  with: readonly string[]
}

/**
 * What events are added from.
 *
 * @throws EvtError `usage` where it is not there, or is read as part of the archive already
 */
export async function addedObjects(
  { with: added }: Alternate,
  { config, objects }: OpenedArchive,
  { cwd, aws }: Pick<SourceOptions, 'cwd' | 'aws'>,
): Promise<readonly ArchiveObject[]> {
  if (added.length === 0) return []
  const found = await resolveSources(added, { aliases: config.archives ?? {}, cwd, aws })
  const known = new Set(objects.map(placeOf))
  const twice = found.objects.find((object) => known.has(placeOf(object)))
  if (twice === undefined) return found.objects
  throw new EvtError(`--with ${twice.path}: its events are in the archive already`, {
    code: 'usage',
    hint: 'name a file that is none of the SOURCEs',
  })
}

/** @throws EvtError `usage` where nothing of what was added is among the events that were found */
export function checkAdded(
  { with: added }: Pick<Alternate, 'with'>,
  deliveries: readonly AuditDelivery[],
  paths: ReadonlySet<string>,
): void {
  if (added.length === 0 || deliveries.some(({ position }) => paths.has(position.path))) return
  const message = `--with ${added.join(' ')}: none of the events that were found is of it`
  throw new EvtError(message, {
    code: 'usage',
    hint: 'added events are read with the mapping of the archive: evt stats shows what they are',
  })
}

/**
 * Deliveries without those of the events with these ids; what was added stays, so that it can take
 * their place.
 *
 * @throws EvtError `usage` for an id that none of the events has
 */
export function withoutIds(
  deliveries: readonly AuditDelivery[],
  ids: readonly string[],
  added: ReadonlySet<string>,
): readonly AuditDelivery[] {
  const ofArchive = deliveries.filter(({ position }) => !added.has(position.path))
  const known = new Set(ofArchive.map(({ id }) => id))
  const unknown = ids.find((id) => !known.has(id))
  if (unknown !== undefined) {
    throw new EvtError(`--without ${unknown}: none of the events that were found has this id`, {
      code: 'usage',
      hint: 'evt audit -o ndjson shows them with their ids',
    })
  }
  return deliveries.filter(
    ({ id, position }) => id === null || added.has(position.path) || !ids.includes(id),
  )
}

function placeOf(object: ArchiveObject): string {
  return object.kind === 'stream' ? object.path : identityOf(object)
}
