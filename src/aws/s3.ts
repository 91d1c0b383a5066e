import type { S3Client } from '@aws-sdk/client-s3'
import type { AwsOptions } from './options.js'

/** A client of S3, made ready without asking anybody; it has the SDK's chain of credentials. */
export async function openS3({ profile, region, endpointUrl }: AwsOptions): Promise<{
  sdk: typeof import('@aws-sdk/client-s3')
  client: S3Client
}> {
  // The SDK would say on stderr, once a run, for how long it will support this Node.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  const sdk = await import('@aws-sdk/client-s3')
  const { AWS_ENDPOINT_URL: anyService, AWS_ENDPOINT_URL_S3: ofS3 } = process.env
  const client = new sdk.S3Client({
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    // Emulators have no names of hosts for buckets.
    forcePathStyle: (endpointUrl ?? ofS3 ?? anyService) !== undefined,
    followRegionRedirects: true,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000 },
  })
  return { sdk, client }
}
