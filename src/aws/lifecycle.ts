import type {
  GetBucketLifecycleConfigurationCommandOutput,
  LifecycleRule as Rule,
} from '@aws-sdk/client-s3'
import { ofSdk } from './failure.js'
import type { SendS3 } from './s3.js'

/** What a bucket does by itself to objects whose keys begin so. */
export interface LifecycleRule {
  readonly id: string
  readonly prefix: string
  /** Other conditions, such as tags, in words; null where it is for all of them. */
  readonly only: string | null
  /** Days after which an object is gone, or a version that is not the latest. */
  readonly expireDays: number | null
  readonly expireOlderDays: number | null
  /** The day on which all are gone. */
  readonly expireAt: string | null
}

/** Of a bucket: those that are on, and by which something goes. */
export async function lifecycleOf(
  sdk: typeof import('@aws-sdk/client-s3'),
  send: SendS3,
  Bucket: string,
): Promise<LifecycleRule[]> {
  try {
    const command = new sdk.GetBucketLifecycleConfigurationCommand({ Bucket })
    const { Rules = [] } = await send<GetBucketLifecycleConfigurationCommandOutput>(
      command,
      'GetLifecycleConfiguration',
    )
    return Rules.filter(({ Status }) => Status === 'Enabled')
      .map(ruleOf)
      .filter((one) => one.expireDays ?? one.expireOlderDays ?? one.expireAt)
  } catch (error) {
    const failed = ofSdk(error)
    if (failed instanceof Error && failed.name === 'NoSuchLifecycleConfiguration') return []
    throw error
  }
}

function ruleOf({ ID, Prefix, Filter, Expiration, NoncurrentVersionExpiration }: Rule) {
  const { Tag, And, ObjectSizeGreaterThan: above, ObjectSizeLessThan: below } = Filter ?? {}
  const tags = [...(Tag ? [Tag] : []), ...(And?.Tags ?? [])]
  const [least, most] = [above ?? And?.ObjectSizeGreaterThan, below ?? And?.ObjectSizeLessThan]
  const only = [
    ...tags.map(({ Key = '', Value = '' }) => `tagged ${Key}=${Value}`),
    ...(least === undefined ? [] : [`larger than ${least} bytes`]),
    ...(most === undefined ? [] : [`smaller than ${most} bytes`]),
  ]
  return {
    ...{ id: ID ?? '', prefix: Prefix ?? Filter?.Prefix ?? And?.Prefix ?? '' },
    only: only.length === 0 ? null : only.join(', '),
    expireDays: Expiration?.Days ?? null,
    expireOlderDays: NoncurrentVersionExpiration?.NoncurrentDays ?? null,
    expireAt: Expiration?.Date?.toISOString() ?? null,
  }
}
