import { INDEX_MARK } from '../archives/folder.js'
import { openBucket } from '../aws/bucket.js'
import { bucketPlace } from '../aws/bucket-address.js'
import type { AwsOptions } from '../aws/options.js'
import { type Manifest, type NoManifest, parsedManifest } from './manifest.js'

/**
 * The manifest of an index that was put to S3. Whether its parts are all there is not looked at.
 *
 * @param location `s3://bucket/prefix/`
 * @throws EvtError where S3 does not give it
 */
export async function remoteManifest(
  location: string,
  aws: AwsOptions = {},
): Promise<Manifest | NoManifest> {
  const { name, prefix } = bucketPlace(location)
  const bucket = await openBucket(name, aws, ['s3:GetObject', 's3:ListBucket'])
  try {
    const found = await bucket.get(prefix + INDEX_MARK)
    return found ? (parsedManifest(found.bytes.toString()) ?? 'damaged') : 'absent'
  } finally {
    bucket.close()
  }
}
