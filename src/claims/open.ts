import type { AwsOptions } from '../aws/options.js'
import type { Claims } from '../envelopes/outside.js'
import { folderClaims } from './folder.js'
import { HeldClaims } from './held-claims.js'

export interface ClaimOptions extends AwsOptions {
  /** Paths start here. */
  cwd: string
  signal: AbortSignal
}

/**
 * The payloads that messages point to: in a folder with `<bucket>/<key>` or `<key>`, or in S3 where
 * the place is `s3`. What is not there, is forbidden or too large is a fault of the record alone.
 *
 * @throws EvtError `usage` for a folder that is not there; while payloads are fetched `usage` or
 * `outside`, where nobody can be asked at all: no region, no credentials
 */
export async function openClaims(place: string, options: ClaimOptions): Promise<Claims> {
  if (place !== 's3') return new HeldClaims(await folderClaims(place, options.cwd))
  const { bucketClaims } = await import('./s3.js')
  return new HeldClaims(await bucketClaims(options))
}
