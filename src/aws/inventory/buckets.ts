import type { Bucket, S3Client } from '@aws-sdk/client-s3'
import { type Described, type Inquiry, type Inventory, jsonOf } from './inquiry.js'

type Sdk = typeof import('@aws-sdk/client-s3')

interface Asked {
  readonly inquiry: Inquiry
  readonly sdk: Sdk
  readonly client: S3Client
}

/** The buckets of the region, whom they notify, and their policies. */
export const buckets: Inventory = {
  service: 's3',
  actions: ['s3:ListAllMyBuckets', 's3:GetBucketNotification', 's3:GetBucketPolicy'],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-s3')
    const { region } = inquiry.place
    const settings = { ...inquiry.settings(), forcePathStyle: true }
    return inquiry.using(new sdk.S3Client(settings), async (client) => {
      const listed = await inquiry.all(
        's3:ListAllMyBuckets',
        'the buckets',
        (token) => {
          const input = { BucketRegion: region, MaxBuckets: 1_000, ContinuationToken: token }
          return client.send(new sdk.ListBucketsCommand(input), inquiry.sent)
        },
        ({ Buckets = [], ContinuationToken }) => ({ found: Buckets, next: ContinuationToken }),
      )
      const here = listed.filter(({ BucketRegion = region }) => BucketRegion === region)
      return inquiry.each(here, (bucket) => ofBucket({ inquiry, sdk, client }, bucket))
    })
  },
}

async function ofBucket({ inquiry, sdk, client }: Asked, { Name = '' }: Bucket) {
  const arn = `arn:${inquiry.place.partition}:s3:::${Name}`
  const on = `the bucket ${Name}`
  const told = await inquiry.ask('s3:GetBucketNotification', on, () => {
    const command = new sdk.GetBucketNotificationConfigurationCommand({ Bucket: Name })
    return client.send(command, inquiry.sent)
  })
  const { $metadata: _, ...config } = jsonOf(told)
  const policy = await inquiry.ask('s3:GetBucketPolicy', on, () =>
    client
      .send(new sdk.GetBucketPolicyCommand({ Bucket: Name }), inquiry.sent)
      .catch(withoutPolicy),
  )
  const given = jsonOf({ BucketName: Name, NotificationConfiguration: config })
  const found: Described[] = [{ type: 'AWS::S3::Bucket', arn, properties: given }]
  if (policy?.Policy === undefined) return found
  const own = jsonOf({ Bucket: Name, PolicyDocument: policy.Policy })
  return [...found, { type: 'AWS::S3::BucketPolicy', arn, properties: own }]
}

function withoutPolicy(error: unknown): undefined {
  if (error instanceof Error && error.name === 'NoSuchBucketPolicy') return undefined
  throw error
}
