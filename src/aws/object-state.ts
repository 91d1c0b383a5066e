import type {
  GetObjectAclCommandOutput,
  Grant,
  HeadObjectCommandOutput,
  PutObjectCommandInput,
  Tag,
} from '@aws-sdk/client-s3'
import { EvtError } from '../errors.js'
import { isMissing, ofSdk } from './failure.js'
import type { SendS3 } from './s3.js'

/** What an object says of itself beside its bytes, as it is given when it is put again. */
type Kept = Pick<
  PutObjectCommandInput,
  | 'CacheControl'
  | 'ContentDisposition'
  | 'ContentEncoding'
  | 'ContentLanguage'
  | 'ContentType'
  | 'Expires'
  | 'Metadata'
  | 'StorageClass'
  | 'ServerSideEncryption'
  | 'SSEKMSKeyId'
  | 'BucketKeyEnabled'
  | 'WebsiteRedirectLocation'
  | 'Tagging'
  | 'ChecksumAlgorithm'
>

/** An object, or a version of one. */
export interface ObjectState {
  readonly etag: string
  /** Null where its bucket has no versions. */
  readonly versionId: string | null
  readonly bytes: number
  readonly kept: Kept
  readonly retainUntilMs: number | null
  readonly isLegallyHeld: boolean
  /** It has to be restored before it can be read. */
  readonly isArchived: boolean
}

/** Undefined where there is none. */
export async function stateOf(
  sdk: typeof import('@aws-sdk/client-s3'),
  send: SendS3,
  { VersionId, ...of }: { Bucket: string; Key: string; VersionId: string | undefined },
): Promise<ObjectState | undefined> {
  const at = { ...of, ...(VersionId !== undefined && { VersionId }) }
  try {
    const command = new sdk.HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' })
    const action = VersionId === undefined ? 'GetObject' : 'GetObjectVersion'
    const head = await send<HeadObjectCommandOutput>(command, action)
    const class_ = head.StorageClass
    return {
      ...{ etag: head.ETag ?? '', versionId: head.VersionId ?? null },
      bytes: head.ContentLength ?? 0,
      kept: { ...keptOf(head), ...(await taggingOf(sdk, send, at)) },
      retainUntilMs: head.ObjectLockRetainUntilDate?.getTime() ?? null,
      isLegallyHeld: head.ObjectLockLegalHoldStatus === 'ON',
      isArchived: class_ === 'GLACIER' || class_ === 'DEEP_ARCHIVE',
    }
  } catch (error) {
    const failed = ofSdk(error)
    const isGone =
      failed instanceof Error && /^(NoSuchKey|NotFound|NoSuchVersion)$/.test(failed.name)
    if (isGone || isMissing(error)) return undefined
    throw error
  }
}

/** The version that has an ETag, if it is what is there now; null where there are no versions. */
export async function versionNow(
  sdk: typeof import('@aws-sdk/client-s3'),
  send: SendS3,
  at: { Bucket: string; Key: string; IfMatch: string },
): Promise<string | null | undefined> {
  try {
    const command = new sdk.HeadObjectCommand(at)
    const { VersionId = null } = await send<HeadObjectCommandOutput>(command, 'GetObject')
    return VersionId
  } catch (error) {
    const failed = ofSdk(error)
    const isOther = /^(NoSuchKey|NotFound|PreconditionFailed|412)$/
    if (failed instanceof Error && isOther.test(failed.name)) return undefined
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Until when, and why, a state may not be removed; undefined where it may. */
export function lockOf({ retainUntilMs, isLegallyHeld }: ObjectState): string | undefined {
  if (isLegallyHeld) return 'is under a legal hold of S3'
  if (retainUntilMs === null || retainUntilMs <= Date.now()) return undefined
  return `is locked by S3 until ${new Date(retainUntilMs).toISOString()}`
}

function keptOf(head: HeadObjectCommandOutput): Kept {
  const { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage } = head
  const { ContentType, Metadata, StorageClass, WebsiteRedirectLocation } = head
  const { ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled, ExpiresString } = head
  const expires = new Date(ExpiresString ?? '')
  const all: Kept = {
    ...{ CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType },
    ...{ Metadata, StorageClass, WebsiteRedirectLocation },
    ...{ ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled },
    ChecksumAlgorithm: algorithmOf(head),
    ...(Number.isNaN(expires.getTime()) ? {} : { Expires: expires }),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** By which an object says whether it is whole. CRC64NVME, which S3 adds by itself where nobody
 * asks for another, is none that clients must know. */
function algorithmOf(head: HeadObjectCommandOutput): Kept['ChecksumAlgorithm'] {
  if (head.ChecksumSHA256 !== undefined) return 'SHA256'
  if (head.ChecksumSHA1 !== undefined) return 'SHA1'
  if (head.ChecksumCRC32C !== undefined) return 'CRC32C'
  return head.ChecksumCRC32 === undefined ? undefined : 'CRC32'
}

/** How many grants the ACL of an object has beside that of its owner; undefined where that may not
 * be asked, or where buckets have none. */
export async function grantsOf(
  sdk: typeof import('@aws-sdk/client-s3'),
  send: SendS3,
  of: { Bucket: string; Key: string },
): Promise<number | undefined> {
  try {
    const { Grants = [], Owner } = await send<GetObjectAclCommandOutput>(
      new sdk.GetObjectAclCommand(of),
      'GetObjectAcl',
    )
    const isOwners = ({ Grantee }: Grant) => Grantee?.ID !== undefined && Grantee.ID === Owner?.ID
    return Grants.filter((one) => !isOwners(one)).length
  } catch (error) {
    // Nothing is refused for want of what is only told.
    if (error instanceof EvtError) return undefined
    throw error
  }
}

async function taggingOf(
  sdk: typeof import('@aws-sdk/client-s3'),
  send: SendS3,
  at: { Bucket: string; Key: string; VersionId?: string },
): Promise<{ Tagging?: string }> {
  try {
    const command = new sdk.GetObjectTaggingCommand(at)
    const { TagSet = [] } = await send<{ TagSet?: Tag[] }>(command, 'GetObjectTagging')
    const pairs = TagSet.map(({ Key = '', Value = '' }) => {
      return `${encodeURIComponent(Key)}=${encodeURIComponent(Value)}`
    })
    return pairs.length === 0 ? {} : { Tagging: pairs.join('&') }
  } catch (error) {
    // What speaks S3 without being it may know none.
    const failed = ofSdk(error)
    if (failed instanceof Error && failed.name === 'NotImplemented') return {}
    throw error
  }
}
