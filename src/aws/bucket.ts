import { open } from 'node:fs/promises'
import type { PutObjectCommandInput } from '@aws-sdk/client-s3'
import { awsFailure, ofSdk } from './failure.js'
import type { AwsOptions } from './options.js'
import { openS3 } from './s3.js'

/** S3 takes 10,000 parts of an object, of 5 MB or more. */
const PART_BYTES = 8 * 1024 * 1024

/** On which condition an object is put: that there is none of its name, or that it is still the one
 * with this ETag. */
type Only = { ifAbsent: true } | { ifEtag: string }

interface StoredObject {
  readonly bytes: Buffer
  readonly etag: string
  readonly modifiedMs: number
}

/** A prefix of a bucket. Each call throws an EvtError that says what failed. */
export interface Bucket {
  /** Undefined where there is none. */
  get(key: string): Promise<StoredObject | undefined>
  stream(key: string): Promise<AsyncIterable<Buffer>>
  /** @returns its ETag; undefined where the condition did not hold */
  put(key: string, body: string, only?: Only): Promise<string | undefined>
  /** Puts a file whole or not at all, where there is nothing of that name: in parts, however small,
   * so that the last call, which has none of its bytes, makes it visible.
   * @returns false where there is */
  putFile(key: string, file: string): Promise<boolean>
  remove(key: string, only?: Only): Promise<void>
  /** The keys below, and what stands between two slashes there, in byte order. */
  list(below: string, startAfter?: string): AsyncIterable<{ keys: string[]; folders: string[] }>
  /** Gives up what a process that was killed had begun to put.
   * @param isOwn of which keys it was */
  abortUploads(below: string, isOwn: (key: string) => boolean): Promise<void>
  close(): void
}

/** What recording to a bucket needs. */
const bucketActions = [
  's3:GetObject',
  's3:PutObject',
  's3:DeleteObject',
  's3:ListBucket',
  's3:AbortMultipartUpload',
  's3:ListBucketMultipartUploads',
]

type Sdk = typeof import('@aws-sdk/client-s3')

/** @param needs what AWS has to permit; where it is left out, what recording needs */
export async function openBucket(
  bucket: string,
  options: AwsOptions,
  needs: readonly string[] = bucketActions,
): Promise<Bucket> {
  const { sdk, client } = await openS3(options)
  const send = async <Answer>(command: object, action: string): Promise<Answer> => {
    try {
      // The commands of the client, which their types do not say without the names of each.
      return (await client.send(command as never)) as Answer
    } catch (error) {
      const region = () => Promise.resolve(client.config.region())
      const on = `the bucket ${bucket}`
      throw await awsFailure(error, { action: `s3:${action}`, on, region, needs })
    }
  }
  return opened(sdk, bucket, send, () => client.destroy())
}

type Send = <Answer>(command: object, action: string) => Promise<Answer>

function opened(sdk: Sdk, Bucket: string, send: Send, close: () => void): Bucket {
  type Got = import('@aws-sdk/client-s3').GetObjectCommandOutput
  const got = (Key: string) => send<Got>(new sdk.GetObjectCommand({ Bucket, Key }), 'GetObject')
  return {
    close,
    get: (key) =>
      unless(missing, async () => {
        const { Body, ETag = '', LastModified } = await got(key)
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
        return { bytes, etag: ETag, modifiedMs: LastModified?.getTime() ?? 0 }
      }),
    stream: async (key) => (await got(key)).Body as unknown as AsyncIterable<Buffer>, // on Node
    put: (Key, Body, only) =>
      unless(conditionFailed, async () => {
        const command = new sdk.PutObjectCommand({ Bucket, Key, Body, ...headersOf(only) })
        const { ETag } = await send<{ ETag?: string }>(command, 'PutObject')
        return ETag ?? ''
      }),
    putFile: async (key, file) => {
      const put = await unless(conditionFailed, () =>
        putFile(sdk, send, { Bucket, Key: key }, file),
      )
      return put !== undefined
    },
    remove: async (Key, only) => {
      const command = new sdk.DeleteObjectCommand({ Bucket, Key, ...headersOf(only) })
      await unless(conditionFailed, () => send(command, 'DeleteObject'))
    },
    list: (below, startAfter) => list(sdk, send, { Bucket, Prefix: below, StartAfter: startAfter }),
    abortUploads: async (below, isOwn) => {
      for await (const { Key = '', UploadId } of uploads(sdk, send, { Bucket, Prefix: below })) {
        if (!isOwn(Key)) continue
        const abort = new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId })
        await unless(missing, () => send(abort, 'AbortMultipartUpload'))
      }
    },
  }
}

async function* list(
  sdk: Sdk,
  send: Send,
  asked: { Bucket: string; Prefix: string; StartAfter: string | undefined },
): AsyncGenerator<{ keys: string[]; folders: string[] }> {
  type Page = import('@aws-sdk/client-s3').ListObjectsV2CommandOutput
  let token: string | undefined
  do {
    const of = { ...asked, Delimiter: '/', ContinuationToken: token }
    const page = await send<Page>(new sdk.ListObjectsV2Command(of), 'ListBucket')
    yield {
      keys: (page.Contents ?? []).map(({ Key = '' }) => Key),
      folders: (page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
    }
    token = page.NextContinuationToken
  } while (token !== undefined)
}

async function* uploads(sdk: Sdk, send: Send, asked: { Bucket: string; Prefix: string }) {
  type Page = import('@aws-sdk/client-s3').ListMultipartUploadsCommandOutput
  let from: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {}
  for (;;) {
    const command = new sdk.ListMultipartUploadsCommand({ ...asked, ...from })
    const page = await send<Page>(command, 'ListBucketMultipartUploads')
    yield* page.Uploads ?? []
    if (page.IsTruncated !== true) return
    from = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
  }
}

async function putFile(
  sdk: Sdk,
  send: Send,
  at: Pick<PutObjectCommandInput, 'Bucket' | 'Key'>,
  file: string,
): Promise<true> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const only = headersOf({ ifAbsent: true })
    const create = new sdk.CreateMultipartUploadCommand(at)
    const { UploadId } = await send<{ UploadId?: string }>(create, 'PutObject')
    const upload = { ...at, UploadId }
    try {
      const Parts: { PartNumber: number; ETag: string | undefined }[] = []
      for (let offset = 0; offset < size; offset += PART_BYTES) {
        const Body = Buffer.alloc(Math.min(PART_BYTES, size - offset))
        await handle.read(Body, 0, Body.length, offset)
        const PartNumber = Parts.length + 1
        const put = new sdk.UploadPartCommand({ ...upload, PartNumber, Body })
        const { ETag } = await send<{ ETag?: string }>(put, 'PutObject')
        Parts.push({ PartNumber, ETag })
      }
      const of = { ...upload, ...only, MultipartUpload: { Parts } }
      await send(new sdk.CompleteMultipartUploadCommand(of), 'PutObject')
      return true
    } catch (error) {
      const abort = new sdk.AbortMultipartUploadCommand(upload)
      // What cannot be given up now is when evt records there again.
      await send(abort, 'AbortMultipartUpload').catch(() => undefined)
      throw error
    }
  } finally {
    await handle.close()
  }
}

function headersOf(only: Only | undefined): { IfNoneMatch?: string; IfMatch?: string } {
  if (only === undefined) return {}
  return 'ifEtag' in only ? { IfMatch: only.ifEtag } : { IfNoneMatch: '*' }
}

const missing = (name: string) => /^(NoSuchKey|NotFound|NoSuchUpload)$/.test(name)
/** Another one was there first, or at the same time. */
const conditionFailed = (name: string) =>
  /^(PreconditionFailed|ConditionalRequestConflict)$/.test(name)

async function unless<T>(
  isExpected: (name: string) => boolean,
  call: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    const failed = ofSdk(error)
    if (failed instanceof Error && isExpected(failed.name)) return undefined
    throw error
  }
}
