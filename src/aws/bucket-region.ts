import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'
import { openS3 } from './s3.js'

/** Where a bucket is, as far as S3 says, and where calls go to. */
export async function bucketRegion(
  Bucket: string,
  options: AwsOptions,
): Promise<{ own: string | undefined; asked: string }> {
  const { sdk, client } = await openS3(options)
  const region = () => Promise.resolve(client.config.region())
  try {
    const asked = await region()
    const { BucketRegion: own } = await client.send(new sdk.HeadBucketCommand({ Bucket }))
    return { own, asked }
  } catch (error) {
    const on = `the bucket ${Bucket}`
    throw await awsFailure(error, { action: 's3:ListBucket', on, region })
  } finally {
    client.destroy()
  }
}
