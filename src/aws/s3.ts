import type { S3Client } from '@aws-sdk/client-s3'
import { clientSettings } from './client-settings.js'
import type { AwsOptions } from './options.js'

/** Sends a command of S3; what it throws is an EvtError.
 * @param action as IAM names it, without its service */
export type SendS3 = <Answer>(command: object, action: string) => Promise<Answer>

/** A client of S3, made ready without asking anybody; it has the SDK's chain of credentials. */
export async function openS3(options: AwsOptions): Promise<{
  sdk: typeof import('@aws-sdk/client-s3')
  client: S3Client
}> {
  const settings = clientSettings(options)
  const sdk = await import('@aws-sdk/client-s3')
  const { AWS_ENDPOINT_URL: anyService, AWS_ENDPOINT_URL_S3: ofS3 } = process.env
  const client = new sdk.S3Client({
    ...settings,
    // Emulators have no names of hosts for buckets.
    forcePathStyle: (options.endpointUrl ?? ofS3 ?? anyService) !== undefined,
    followRegionRedirects: true,
  })
  return { sdk, client }
}
