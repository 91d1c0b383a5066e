import { open, readFile, stat } from 'node:fs/promises'
import type { CompletedPart } from '@aws-sdk/client-s3'
import { ofSdk } from './failure.js'
import type { ObjectState } from './object-state.js'
import type { SendS3 } from './s3.js'

/** A larger object comes in parts of this size, or larger ones where these would be too many. */
const PART_BYTES = 8 * 1024 * 1024
const MOST_PARTS = 9_000

export interface Rewriting {
  /** What is there now. */
  readonly state: ObjectState
  /** Called before parts are put, which have to be given up where evt is killed meanwhile. */
  onUpload(uploadId: string): Promise<void>
}

/** What an object has become. */
export interface Replaced {
  readonly etag: string
  /** Null where its bucket has no versions. */
  readonly versionId: string | null
}

type Sdk = typeof import('@aws-sdk/client-s3')
type At = { Bucket: string; Key: string }
type Answer = { ETag?: string; VersionId?: string; UploadId?: string } & Checksums
type Checksums = Pick<CompletedPart, (typeof checksums)[number]>

const checksums = ['ChecksumCRC32', 'ChecksumCRC32C', 'ChecksumSHA1', 'ChecksumSHA256'] as const

/** As a part was answered to have them. */
function checksumsOf(answer: Checksums): Checksums {
  return Object.fromEntries(
    checksums.flatMap((name) => (answer[name] === undefined ? [] : [[name, answer[name]]])),
  )
}

/** Puts a file in place of an object, at once, if it is still the one that it was.
 * @returns undefined where it is not */
export async function putAgain(
  sdk: Sdk,
  send: SendS3,
  at: At,
  file: string,
  rewriting: Rewriting,
): Promise<Replaced | undefined> {
  const { size } = await stat(file)
  const put = size <= PART_BYTES ? putWhole : putInParts
  const only = { IfMatch: rewriting.state.etag }
  try {
    return await put(sdk, send, at, { ...rewriting, file, size, only })
  } catch (error) {
    const failed = ofSdk(error)
    if (!(failed instanceof Error)) throw error
    if (isOther.test(failed.name)) return undefined
    if (failed.name !== 'NotImplemented') throw error
    // What speaks S3 without being it may know no conditions: whoever calls has just looked.
    return put(sdk, send, at, { ...rewriting, file, size, only: {} })
  }
}

const isOther = /^(PreconditionFailed|ConditionalRequestConflict|NoSuchKey|NoSuchUpload)$/

interface Put extends Rewriting {
  readonly file: string
  readonly size: number
  readonly only: { IfMatch?: string }
}

async function putWhole(sdk: Sdk, send: SendS3, at: At, put: Put): Promise<Replaced> {
  const Body = await readFile(put.file)
  const command = new sdk.PutObjectCommand({ ...at, ...put.state.kept, ...put.only, Body })
  return replacedBy(await send<Answer>(command, 'PutObject'))
}

async function putInParts(sdk: Sdk, send: SendS3, at: At, put: Put): Promise<Replaced> {
  const create = new sdk.CreateMultipartUploadCommand({ ...at, ...put.state.kept })
  const { UploadId = '' } = await send<Answer>(create, 'PutObject')
  const upload = { ...at, UploadId }
  const handle = await open(put.file)
  try {
    await put.onUpload(UploadId)
    const partBytes = Math.max(PART_BYTES, Math.ceil(put.size / MOST_PARTS))
    const Parts: CompletedPart[] = []
    for (let offset = 0; offset < put.size; offset += partBytes) {
      const Body = Buffer.alloc(Math.min(partBytes, put.size - offset))
      await handle.read(Body, 0, Body.length, offset)
      const PartNumber = Parts.length + 1
      const { ChecksumAlgorithm } = put.state.kept
      const how = ChecksumAlgorithm === undefined ? {} : { ChecksumAlgorithm }
      const part = new sdk.UploadPartCommand({ ...upload, ...how, PartNumber, Body })
      const { ETag, ...answer } = await send<Answer>(part, 'PutObject')
      const sums = ChecksumAlgorithm === undefined ? {} : checksumsOf(answer)
      Parts.push({ PartNumber, ETag, ...sums })
    }
    const of = { ...upload, ...put.only, MultipartUpload: { Parts } }
    return replacedBy(await send<Answer>(new sdk.CompleteMultipartUploadCommand(of), 'PutObject'))
  } catch (error) {
    const abort = new sdk.AbortMultipartUploadCommand(upload)
    // What cannot be given up now is when evt goes on.
    await send(abort, 'AbortMultipartUpload').catch(() => undefined)
    throw error
  } finally {
    await handle.close()
  }
}

function replacedBy({ ETag = '', VersionId }: Answer): Replaced {
  return { etag: ETag, versionId: VersionId ?? null }
}
