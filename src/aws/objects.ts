import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { awsFailure, ofSdk } from './failure.js'
import type { AwsOptions } from './options.js'
import { openS3 } from './s3.js'

/** What reading objects needs. */
export const objectActions = ['s3:ListBucket', 's3:GetObject'] as const

/** An object as a listing has it. */
export interface ListedObject {
  readonly key: string
  /** Empty where it is not known. */
  readonly etag: string
  readonly sizeBytes: number
  /** To the second; of one that was put in several parts, when that was begun. */
  readonly modifiedMs: number
}

/** Why an object was not read: it is another one by now, it was removed, or it is archived where
 * nothing can be read at once. */
type Unread = 'changed' | 'removed' | 'archived'

/** The objects of a bucket. Each call throws an EvtError that says what failed. */
export interface OpenObjects {
  /** All below a prefix, a page at a time, in byte order of their keys. */
  list(prefix: string): AsyncGenerator<ListedObject[]>
  /** Writes one whole to a file, in place of what is there. */
  download(object: ListedObject, file: string): Promise<Unread | undefined>
  close(): void
}

export async function openObjects(
  Bucket: string,
  { signal, ...options }: AwsOptions & { readonly signal: AbortSignal },
): Promise<OpenObjects> {
  const { sdk, client } = await openS3(options)
  const cut = { abortSignal: signal }
  const failed = (action: string) => async (error: unknown) => {
    throw await awsFailure(error, {
      ...{ action: `s3:${action}`, on: `the bucket ${Bucket}`, needs: objectActions, signal },
      region: async () => client.config.region(),
    })
  }
  return {
    list: (Prefix) =>
      listedPages((ContinuationToken) => {
        const command = new sdk.ListObjectsV2Command({ Bucket, Prefix, ContinuationToken })
        return client.send(command, cut).catch(failed('ListBucket'))
      }),
    async download({ key: Key, etag }, file) {
      try {
        const IfMatch = etag === '' ? undefined : etag
        const command = new sdk.GetObjectCommand({ Bucket, Key, IfMatch })
        const { Body } = await client.send(command, cut).catch(failed('GetObject'))
        // On Node it is a stream of bytes.
        await pipeline(Body as NodeJS.ReadableStream, createWriteStream(file), { signal })
        return undefined
      } catch (error) {
        const sent = ofSdk(error)
        const unread = sent instanceof Error ? unreads[sent.name] : undefined
        if (unread === undefined) throw error
        return unread
      }
    },
    close: () => client.destroy(),
  }
}

/** All objects that a listing has, a page at a time. */
export async function* listedPages(
  ask: (token: string | undefined) => Promise<ListObjectsV2CommandOutput>,
): AsyncGenerator<ListedObject[]> {
  let token: string | undefined
  do {
    const page = await ask(token)
    yield (page.Contents ?? []).map(({ Key = '', ETag = '', Size = 0, LastModified }) => ({
      ...{ key: Key, etag: ETag, sizeBytes: Size, modifiedMs: LastModified?.getTime() ?? 0 },
    }))
    token = page.NextContinuationToken
  } while (token !== undefined)
}

const unreads: Readonly<Record<string, Unread>> = {
  PreconditionFailed: 'changed',
  NoSuchKey: 'removed',
  InvalidObjectState: 'archived',
}
