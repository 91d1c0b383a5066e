import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { DeleteMarkerEntry } from '@aws-sdk/client-s3'
import { patiently, ShortAnswer } from './attempts.js'
import { type Refusal, refusalOf } from './bucket-objects.js'
import { awsFailure, ofSdk } from './failure.js'
import { type LifecycleRule, lifecycleOf } from './lifecycle.js'
import { grantsOf, lockOf, type ObjectState, stateOf, versionNow } from './object-state.js'
import type { AwsOptions } from './options.js'
import { openS3, type SendS3 } from './s3.js'
import { putAgain, type Replaced, type Rewriting } from './s3-rewrite.js'

/** What writing objects again, and removing versions of them, needs. */
const rewriteActions = [
  's3:ListBucket',
  's3:GetObject',
  's3:GetObjectTagging',
  's3:PutObject',
  's3:PutObjectTagging',
  's3:AbortMultipartUpload',
  's3:GetBucketVersioning',
  's3:ListBucketVersions',
  's3:GetObjectVersion',
  's3:GetObjectRetention',
  's3:GetObjectLegalHold',
  's3:DeleteObjectVersion',
] as const

/** What removing objects whole needs. */
const removeActions = [
  's3:ListBucket',
  's3:GetObject',
  's3:GetBucketVersioning',
  's3:ListBucketVersions',
  's3:GetObjectVersion',
  's3:GetObjectRetention',
  's3:GetObjectLegalHold',
  's3:DeleteObject',
  's3:DeleteObjectVersion',
] as const

/** A version of an object as a listing has it, or a delete marker, which says that it is gone. */
export interface ListedVersion {
  readonly key: string
  /** `null`, the text, for one that was put while versioning was off. */
  readonly versionId: string
  readonly etag: string
  readonly sizeBytes: number
  /** When it was put, in epoch milliseconds; S3 says it to the second. */
  readonly putMs: number
  readonly isLatest: boolean
  readonly isMarker: boolean
}

/** Which state of an object is meant: that of a version, or the one with this ETag. */
type Which = { versionId: string } | { etag: string }

/** A bucket whose objects are written again. Each call throws an EvtError that says what failed. */
export interface VersionedBucket {
  /** @returns `none` where versioning was never on */
  versioning(): Promise<{ state: 'none' | 'enabled' | 'suspended'; mfaDelete: boolean }>
  /** All versions and markers of keys that begin so, in order of their keys. */
  versions(prefix: string): AsyncGenerator<ListedVersion[]>
  /** Undefined where there is none. */
  state(key: string, versionId?: string): Promise<ObjectState | undefined>
  /** How many others than its owner an ACL lets in; undefined where that is not told. */
  grants(key: string): Promise<number | undefined>
  /** The version with this ETag, if it is what is there now; null where there are none. */
  versionNow(key: string, etag: string): Promise<string | null | undefined>
  /** Rules that are on and by which something goes; none where there are none.
   * @throws EvtError where nobody may be told */
  lifecycle(): Promise<LifecycleRule[]>
  /** Until when, and why, a state may not be removed; undefined where it may. */
  lock(state: ObjectState): string | undefined
  /** Writes one whole to a file. */
  download(key: string, which: Which, file: string): Promise<Refusal | undefined>
  /** Puts a file in place of an object: all at once, with all that the object says of itself.
   * @returns undefined where the object is another one by now */
  replace(key: string, file: string, rewriting: Rewriting): Promise<Replaced | undefined>
  /** Gives up what was begun to be put. */
  abort(key: string, uploadId: string): Promise<void>
  /** For good. Nothing happens where it is gone. */
  removeVersion(key: string, versionId: string): Promise<void>
  /** Of a bucket without versions, for good. Nothing happens where it is gone.
   * @returns whether it was still the one with this ETag */
  remove(key: string, etag: string): Promise<boolean>
  /**
   * Whether objects, or versions where the bucket has them, may be removed here, without doing it.
   *
   * @throws EvtError where not
   */
  checkMayRemove(key: string, what: { versions: boolean }): Promise<void>
  /**
   * Whether objects may be written here, and versions removed, without doing either.
   *
   * @throws EvtError where not
   */
  checkMayChange(key: string, what: { versions: boolean }): Promise<void>
  close(): void
}

type Sdk = typeof import('@aws-sdk/client-s3')

export async function openVersions(
  bucket: string,
  options: AwsOptions,
  signal: AbortSignal,
): Promise<VersionedBucket> {
  const { sdk, client } = await openS3(options)
  const send: SendS3 = async (command, action) => {
    const needs = action === 'DeleteObject' ? removeActions : rewriteActions
    try {
      // The commands of the client, which their types do not say without the names of each.
      const call = () => client.send(command as never, { abortSignal: signal })
      return (await patiently(call, signal)) as never
    } catch (error) {
      const region = () => client.config.region()
      const call = { action: `s3:${action}`, on: `the bucket ${bucket}`, region, signal }
      throw await awsFailure(named(error), { ...call, needs })
    }
  }
  return opened(sdk, bucket, { send, signal, close: () => client.destroy() })
}

interface Opened {
  send: SendS3
  signal: AbortSignal
  close(): void
}

function opened(sdk: Sdk, Bucket: string, { send, signal, close }: Opened): VersionedBucket {
  const abort = async (Key: string, UploadId: string) => {
    const command = new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId })
    await unless(/^NoSuchUpload$/, () => send(command, 'AbortMultipartUpload'))
  }
  const checkMayRemoveVersions = async (key: string) => {
    // Of what is not there: who may not is refused all the same, and nothing can go.
    const of = { Bucket, Key: `${key}.evt-erase`, VersionId: NO_VERSION }
    const command = new sdk.DeleteObjectCommand(of)
    await unless(/^(NoSuch|Invalid)/, () => send(command, 'DeleteObjectVersion'))
  }
  return {
    close,
    abort,
    lock: lockOf,
    versions: (prefix) => listed(sdk, send, { Bucket, Prefix: prefix }),
    state: (key, versionId) => stateOf(sdk, send, { Bucket, Key: key, VersionId: versionId }),
    replace: (key, file, rewriting) => putAgain(sdk, send, { Bucket, Key: key }, file, rewriting),
    grants: (key) => grantsOf(sdk, send, { Bucket, Key: key }),
    versionNow: (key, etag) => versionNow(sdk, send, { Bucket, Key: key, IfMatch: etag }),
    lifecycle: () => lifecycleOf(sdk, send, Bucket),
    async versioning() {
      type Said = import('@aws-sdk/client-s3').GetBucketVersioningCommandOutput
      const command = new sdk.GetBucketVersioningCommand({ Bucket })
      const { Status, MFADelete } = await send<Said>(command, 'GetBucketVersioning')
      const state = Status === undefined ? 'none' : Status === 'Enabled' ? 'enabled' : 'suspended'
      return { state, mfaDelete: MFADelete === 'Enabled' }
    },
    async download(Key, which, file) {
      const of = 'etag' in which ? { IfMatch: which.etag } : { VersionId: which.versionId }
      type Got = import('@aws-sdk/client-s3').GetObjectCommandOutput
      const action = 'etag' in which ? 'GetObject' : 'GetObjectVersion'
      try {
        await patiently(async () => {
          const command = new sdk.GetObjectCommand({ Bucket, Key, ...of })
          const { Body, ContentLength = 0 } = await send<Got>(command, action)
          // On Node it is a stream of bytes.
          await pipeline(Body as NodeJS.ReadableStream, createWriteStream(file), { signal })
          const { size } = await stat(file)
          if (size !== ContentLength) throw new ShortAnswer(size, ContentLength)
        }, signal)
        return undefined
      } catch (error) {
        const refusal = refusalOf(error)
        if (refusal) return refusal
        throw error
      }
    },
    async removeVersion(Key, VersionId) {
      const command = new sdk.DeleteObjectCommand({ Bucket, Key, VersionId })
      await unless(/^NoSuch(Version|Key)$/, () => send(command, 'DeleteObjectVersion'))
    },
    remove: (Key, etag) => removed(sdk, send, { Bucket, Key, IfMatch: etag }),
    async checkMayRemove(key, { versions }) {
      if (versions) return checkMayRemoveVersions(key)
      // Where there are no versions, nothing comes of the removal of what is not there.
      const of = { Bucket, Key: `${key}.evt-erase` }
      await unless(/^NoSuchKey$/, () => send(new sdk.DeleteObjectCommand(of), 'DeleteObject'))
    },
    async checkMayChange(key, { versions }) {
      const upload = new sdk.CreateMultipartUploadCommand({ Bucket, Key: key })
      const { UploadId } = await send<{ UploadId?: string }>(upload, 'PutObject')
      if (UploadId !== undefined) await abort(key, UploadId)
      if (versions) await checkMayRemoveVersions(key)
    },
  }
}

/** @returns whether it was the one with this ETag, or gone */
async function removed(
  sdk: Sdk,
  send: SendS3,
  { IfMatch, ...of }: { Bucket: string; Key: string; IfMatch: string },
): Promise<boolean> {
  const call = (condition: { IfMatch?: string }) =>
    unless(/^(NoSuchKey|NotFound)$/, () => {
      return send(new sdk.DeleteObjectCommand({ ...of, ...condition }), 'DeleteObject')
    })
  try {
    await call({ IfMatch })
  } catch (error) {
    const failed = ofSdk(error)
    const name = failed instanceof Error ? failed.name : ''
    if (/^(PreconditionFailed|ConditionalRequestConflict|412)$/.test(name)) return false
    // What speaks S3 without being it may know no such condition.
    if (name !== 'NotImplemented') throw error
    await call({})
  }
  return true
}

/** As long as versions of S3 are called. */
const NO_VERSION = 'evtNoVersion.evtNoVersion.evtNoV'

async function* listed(
  sdk: Sdk,
  send: SendS3,
  asked: { Bucket: string; Prefix: string },
): AsyncGenerator<ListedVersion[]> {
  type Page = import('@aws-sdk/client-s3').ListObjectVersionsCommandOutput
  let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {}
  for (let isMore = true; isMore; ) {
    const command = new sdk.ListObjectVersionsCommand({ ...asked, ...from })
    const page = await send<Page>(command, 'ListBucketVersions')
    const of = ({ Key = '', VersionId = 'null', LastModified, ...one }: DeleteMarkerEntry) => {
      const putMs = LastModified?.getTime() ?? Number.POSITIVE_INFINITY
      return { key: Key, versionId: VersionId, isLatest: one.IsLatest ?? false, putMs }
    }
    const versions = (page.Versions ?? []).map((one): ListedVersion => {
      const { ETag: etag = '', Size: sizeBytes = 0 } = one
      return { ...of(one), etag, sizeBytes, isMarker: false }
    })
    const markers = (page.DeleteMarkers ?? []).map((one): ListedVersion => {
      return { ...of(one), etag: '', sizeBytes: 0, isMarker: true }
    })
    yield [...versions, ...markers]
    isMore = page.IsTruncated === true
    from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
  }
}

/** An answer to HEAD has no body that says what is wrong. */
function named(error: unknown): unknown {
  if (!(error instanceof Error) || !/^(403|Forbidden|Unknown(Error)?)$/.test(error.name)) {
    return error
  }
  const { $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
  if ($metadata?.httpStatusCode !== 403) return error
  return Object.assign(new Error('Forbidden', { cause: error }), { name: 'AccessDenied' })
}

async function unless<T>(expected: RegExp, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    const failed = ofSdk(error)
    if (failed instanceof Error && expected.test(failed.name)) return undefined
    throw error
  }
}
