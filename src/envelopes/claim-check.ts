import type { JsonObject, JsonValue } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { valueAt } from '../event/json-path.js'
import type { Envelope } from './envelope.js'
import type { Claim } from './outside.js'

/** The pointer that the extended clients of SQS and SNS (Java, Python) put in place of a body that
 * is too large; see {@link claimPointer}. Unfollowed it is the document. */
export const claimCheck: Envelope = {
  name: 'claim-check',
  title: 'claim check of the extended clients of SQS and SNS',
  when: [
    { path: ['s3BucketName'], is: 'scalar' },
    { path: ['s3Key'], is: 'scalar' },
  ],
  mostKeys: 2,
  fields: {},
  stamps: {},
  claim: {
    at: ['s3Key'],
    of: ({ s3BucketName, s3Key }) => objectOf(s3BucketName, s3Key),
  },
}

/** The same of the npm package `sns-sqs-big-payload`. */
export const bigPayload: Envelope = {
  name: 'claim-check',
  shape: 'big-payload',
  title: 'claim check of sns-sqs-big-payload',
  when: [
    { path: ['S3Payload', 'Bucket'], is: 'scalar' },
    { path: ['S3Payload', 'Key'], is: 'scalar' },
  ],
  mostKeys: 1,
  fields: {},
  stamps: {},
  claim: {
    at: ['S3Payload', 'Key'],
    of: ({ S3Payload: payload }) => {
      const { Bucket, Key } = payload as JsonObject // by the conditions
      return objectOf(Bucket, Key)
    },
  },
}

function objectOf(bucket: JsonValue | undefined, key: JsonValue | undefined): Claim {
  return { bucket: String(bucket), key: String(key) }
}

/** The pointer in an array of a Java class and a pointer to an object of S3, as JSON has it;
 * undefined for any other array. */
export function claimPointer(value: JsonValue): JsonObject | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [type, pointer] = value
  if (typeof type !== 'string' || !type.endsWith('S3Pointer')) return undefined
  if (typeof pointer !== 'object' || pointer === null || Array.isArray(pointer)) return undefined
  return 's3BucketName' in pointer && 's3Key' in pointer ? pointer : undefined
}

/** What the extension `dataref` of a CloudEvent points to, where the event has no data itself. */
export function dataref(event: JsonObject): Claim | undefined {
  const { dataref: address, data, data_base64: encoded } = event
  if (typeof address !== 'string' || address === '') return undefined
  if ((data ?? null) !== null || (encoded ?? null) !== null) return undefined
  return claimAt(address)
}

/** What an address leads to: an object of S3, or what is not fetched. */
export function claimAt(address: string): Claim {
  for (const pattern of addressesOfS3) {
    const { bucket, key } = pattern.exec(address)?.groups ?? {}
    if (bucket === undefined || key === undefined) continue
    return { bucket, key: address.startsWith('s3:') ? key : decoded(key) }
  }
  return { address }
}

/** Of S3 itself, virtual-hosted and path style; a query is that of a presigned address. */
const addressesOfS3 = [
  /^s3:\/\/(?<bucket>[^/]+)\/(?<key>.+)$/,
  /^https:\/\/(?<bucket>[^/]+)\.s3[.-][\w.-]*amazonaws\.com\/(?<key>[^?]+)/,
  /^https:\/\/s3[.-][\w.-]*amazonaws\.com\/(?<bucket>[^/]+)\/(?<key>[^?]+)/,
]

function decoded(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    return key
  }
}

/** A claim as people are shown it, without what a presigned address lets one do. */
export function claimText(claim: Claim): string {
  if ('key' in claim) return `s3://${claim.bucket}/${claim.key}`
  return claim.address.replace(/[?#].*$/s, '').slice(0, 200)
}

/** What a value and all that is in it point to, of the shapes above, each once; a CloudEvent also
 * where it has its data itself, and follows no pointer: what is there is the same data. */
export function claimsIn(root: JsonValue): Claim[] {
  const found = new Map<string, Claim>()
  const left: JsonValue[] = [root]
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (typeof value !== 'object' || value === null) continue
    const claim = Array.isArray(value) ? undefined : claimOf(value)
    if (claim) found.set(claimText(claim), claim)
    left.push(...Object.values(value).reverse())
  }
  return [...found.values()]
}

function claimOf(value: JsonObject): Claim | undefined {
  for (const { when, claim } of [claimCheck, bigPayload]) {
    const isIt = when.every(({ path }) => scalarText(valueAt(value, path) ?? null) !== null)
    if (isIt) return claim?.of(value)
  }
  const { dataref: address } = value
  return typeof address === 'string' && address !== '' ? claimAt(address) : undefined
}
