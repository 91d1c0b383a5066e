import { INDEX_SCHEMA, type Manifest } from '../archive-index/manifest.js'
import { freshnessBy, type OpenIndex } from '../archive-index/open-index.js'
import { remoteManifest } from '../archive-index/remote-manifest.js'
import type { ArchiveObject } from '../archives/object.js'
import { bucketPlace } from '../aws/bucket-address.js'
import { EvtError } from '../errors.js'
import type { ReadRequest } from '../reading/open-archive.js'
import type { AthenaArchive } from './archive.js'

/** An index in S3, and how it goes with an archive. */
export interface RemoteIndex {
  /** `s3://bucket/prefix/`. */
  readonly location: string
  readonly open: OpenIndex
}

/** Why an index is not asked, after its name. */
interface Unusable {
  readonly location: string
  readonly why: string
}

/** `s3://bucket/prefix/` of what was typed.
 * @throws EvtError `usage` where that is no prefix of S3 */
function indexLocation(typed: string): string {
  const { name, prefix } = bucketPlace(typed)
  if (!/['\\]/.test(prefix)) return `s3://${name}/${prefix}`
  throw new EvtError(`${typed} has a quote in its name`, { code: 'usage' })
}

/**
 * Whether an index in S3 says what these objects of an archive say.
 *
 * @throws EvtError where S3 does not give its manifest
 */
export async function remoteIndex(
  location: string,
  objects: readonly ArchiveObject[],
  { opened }: Pick<AthenaArchive, 'opened'>,
  { aws, index, presets }: Pick<ReadRequest, 'aws' | 'index' | 'presets'>,
): Promise<RemoteIndex | Unusable> {
  const manifest = await remoteManifest(location, aws)
  const { mapping } = opened
  const version = index?.version ?? ''
  const found = freshnessBy(manifest, location, { version, mapping, presets }, objects)
  if ('index' in found) {
    if (found.index.covered.length > 0) return { location, open: found.index }
    return { location, why: 'has none of the objects of the archive' }
  }
  return { location, why: reasons[found.state](manifest) }
}

const reasons = {
  absent: () => 'is not there',
  damaged: () => 'is damaged',
  otherVersion: (manifest: Manifest | string) =>
    typeof manifest !== 'string' && manifest.schema === INDEX_SCHEMA
      ? `was built by evt ${manifest.version}`
      : 'was built by another evt',
  otherMapping: () => 'was built with another mapping',
}

/** @throws EvtError `usage` where it is not of the archive, or would be among its objects */
export async function checkedIndex(
  typed: string,
  archive: AthenaArchive,
  request: Pick<ReadRequest, 'aws' | 'index' | 'presets'>,
): Promise<RemoteIndex> {
  const location = indexLocation(typed)
  const isWithin = location.startsWith(archive.location) || archive.location.startsWith(location)
  if (isWithin) {
    const message = `an index in ${location} would be among the objects of ${archive.location}`
    const hint = '--index s3://BUCKET/PREFIX/ beside the archive'
    throw new EvtError(message, { code: 'usage', hint })
  }
  const found = await remoteIndex(location, archive.objects, archive, request)
  if ('open' in found) return found
  throw new EvtError(`the index in ${location} ${found.why}`, {
    ...{ code: 'usage', hint: `evt index build ${archive.location} --to ${location}` },
  })
}
