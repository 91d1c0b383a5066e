import { mayPass, patiently, ShortAnswer } from './attempts.js'
import { awsFailure, failureOfAll, isMissing, ofSdk } from './failure.js'
import { type ListedObject, listedPages, objectActions } from './objects.js'
import type { AwsOptions } from './options.js'
import { openS3 } from './s3.js'

/** Why one object cannot be read, while others can: it is not there any more, it is another one
 * now, or S3 does not give it, with what S3 says. */
export type Refusal = { reason: 'gone' | 'replaced' } | { reason: 'refused'; detail: string }

/** A bucket to read from. Each call throws an EvtError where nothing of the bucket can be read. */
export interface BucketObjects {
  /** All keys that begin so, in byte order, a page at a time. */
  list(prefix: string): AsyncIterable<ListedObject[]>
  /**
   * The bytes of an object, if it is still the one that was listed.
   *
   * @param range the first byte and the one after the last
   */
  get(object: ListedObject, range: [number, number], signal: AbortSignal): Promise<Buffer | Refusal>
  close(): void
}

/** @throws EvtError where nobody can be asked */
export async function openToRead(bucket: string, options: AwsOptions): Promise<BucketObjects> {
  const { sdk, client } = await openS3(options)
  const failed = async (error: unknown, action: string) => {
    const region = () => Promise.resolve(client.config.region())
    const on = `the bucket ${bucket}`
    return awsFailure(error, { action, on, region, needs: objectActions })
  }
  return {
    close: () => client.destroy(),
    list: (prefix) =>
      listedPages((token) => {
        const asked = { Bucket: bucket, Prefix: prefix, ContinuationToken: token }
        const ask = () => client.send(new sdk.ListObjectsV2Command(asked))
        return patiently(ask).catch(async (error: unknown) => {
          throw await failed(error, 's3:ListBucket')
        })
      }),
    async get({ key, etag }, [from, until], abortSignal) {
      const Range = `bytes=${from}-${until - 1}`
      const asked = { Bucket: bucket, Key: key, Range, ...(etag !== '' && { IfMatch: etag }) }
      try {
        return await patiently(async () => {
          const { Body } = await client.send(new sdk.GetObjectCommand(asked), { abortSignal })
          const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
          const expected = until - from
          if (bytes.length !== expected) throw new ShortAnswer(bytes.length, expected)
          return bytes
        }, abortSignal)
      } catch (error) {
        const refusal = refusalOf(error)
        if (refusal) return refusal
        throw await failed(error, 's3:GetObject')
      }
    },
  }
}

/** Undefined for what ails all objects: no bucket, no credentials, no connection. */
export function refusalOf(error: unknown): Refusal | undefined {
  const failure = ofSdk(error)
  if (!(failure instanceof Error) || failureOfAll(failure)) return undefined
  if (failure.name === 'NoSuchKey') return { reason: 'gone' }
  if (failure.name === 'PreconditionFailed') return { reason: 'replaced' }
  if (failure.name === 'InvalidObjectState') {
    return { reason: 'refused', detail: 'is archived: restore it to read it' }
  }
  if (isMissing(failure) || mayPass(failure)) return undefined
  if (!/^(AccessDenied|KMS|InvalidRequest|Forbidden)/.test(failure.name)) return undefined
  const told = failure.message.split('\n')[0] ?? ''
  return { reason: 'refused', detail: `is not given by S3 (${failure.name}): ${told}` }
}
