import { setMaxListeners } from 'node:events'
import { failureOfAll } from '../aws/failure.js'
import { openS3 } from '../aws/s3.js'
import type { Found } from '../envelopes/outside.js'
import { EvtError } from '../errors.js'
import { MAX_RECORD_BYTES } from '../event/event.js'
import { tooLarge } from './folder.js'
import type { FetchClaim } from './held-claims.js'
import type { ClaimOptions } from './open.js'

const bucketName = /^[A-Za-z0-9][\w.-]{1,253}[A-Za-z0-9]$/
/** After so many calls in a row without an answer nobody is there. */
const MOST_UNANSWERED = 10

/** Reads payloads from S3 by GetObject; what S3 says against one is a fault of its record. */
export async function bucketClaims(options: ClaimOptions): Promise<FetchClaim> {
  const { sdk, client } = await openS3(options)
  const abortSignal = AbortSignal.any([options.signal])
  // Requests at the same time all listen to it, and none for longer.
  setMaxListeners(0, abortSignal)
  let unanswered = 0
  return async ({ bucket, key }) => {
    if (!bucketName.test(bucket) || key === '') {
      return { ok: false, detail: 'is no name of an object in S3' }
    }
    try {
      const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: key })
      const { Body: body, ContentLength: size } = await client.send(command, { abortSignal })
      unanswered = 0
      return await contentOf(body as AsyncIterable<Uint8Array> | undefined, size ?? 0)
    } catch (error) {
      if (abortSignal.aborted) {
        return { ok: false, detail: 'was not fetched: evt was interrupted' }
      }
      const failure = failureOfAll(error)
      if (failure) throw failure
      const status = statusOf(error)
      unanswered = status === undefined ? unanswered + 1 : 0
      if (unanswered >= MOST_UNANSWERED) throw noAnswer(error)
      return { ok: false, detail: reasonOf(error, status) }
    }
  }
}

/** @param body a stream of Node, which is what the SDK gives there */
async function contentOf(
  body: AsyncIterable<Uint8Array> | undefined,
  sizeBytes: number,
): Promise<Found<Buffer>> {
  if (sizeBytes > MAX_RECORD_BYTES) {
    if (body && 'destroy' in body && typeof body.destroy === 'function') body.destroy()
    return { ok: false, detail: tooLarge(sizeBytes) }
  }
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body ?? []) {
    bytes += part.length
    if (bytes > MAX_RECORD_BYTES) return { ok: false, detail: tooLarge(bytes) }
    parts.push(part)
  }
  return { ok: true, value: Buffer.concat(parts) }
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined
  const metadata = error.$metadata
  const isObject = typeof metadata === 'object' && metadata !== null
  const status = isObject && 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined
  return typeof status === 'number' ? status : undefined
}

function reasonOf(error: unknown, status: number | undefined): string {
  const name = nameOf(error)
  if (name === 'NoSuchBucket') return 'is not there: there is no such bucket'
  if (name === 'NoSuchKey' || status === 404) return 'is not there'
  if (status === 403) return 'may not be read (403)'
  if (name === 'InvalidObjectState') return 'is in Glacier, and has to be restored first'
  return `could not be fetched (${status === undefined ? name : `${status} ${name}`})`
}

function noAnswer(cause: unknown): EvtError {
  const calls = `${MOST_UNANSWERED} calls in a row failed`
  return new EvtError(`S3 does not answer: ${calls} (${nameOf(cause)})`, {
    code: 'outside',
    hint: 'see --region and --endpoint-url, or follow claims in a copy: --follow-claims DIR',
    cause,
  })
}

/** Of a failure of the network its code. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Error'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
