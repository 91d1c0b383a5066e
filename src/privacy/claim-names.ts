import { claimAt } from '../envelopes/claim-check.js'
import type { Claim } from '../envelopes/outside.js'
import type { JsonValue } from '../event/event.js'

/** What S3 asks of one object by a query: who is let in, and which version. */
const query = /\?(?:versionId|partNumber|response-|AWSAccessKeyId|X-Amz-)[^/]*$/i
const addressOfS3 = /^(?:s3:\/\/|https:\/\/.*amazonaws\.com|arn:[\w-]+:s3:::)/
const arn = /^arn:[\w-]+:s3:::/

/** The name of a payload: one for all ways to write the same object. */
export function nameOf({ bucket, key }: { bucket: string; key: string }): string {
  return plain(`${bucket}/${key}`)
}

/** The names of what a pointer that stays may lead to. In a copy it may be found without its
 * bucket; behind an address that is none of S3 may be any object that is called so. */
export function namesOf(claim: Claim): string[] {
  if ('key' in claim) return [nameOf(claim), plain(claim.key)]
  return [lastOf(claim.address.replace(/[?#].*$/s, ''))]
}

/** The name that an object of S3 has behind an address of which nobody knows what is there. */
export function lastOf(path: string): string {
  const [last = ''] = plain(path).split('/').filter(Boolean).slice(-1)
  return `*/${last}`
}

/** Different ones may become the same, and never the other way round. */
function plain(path: string): string {
  let text = path
  // What was an address when it was written into another one.
  for (let times = 0; times < 3; times++) text = text.replace(/(?:%[0-9a-f]{2})+/gi, decoded)
  return text.replace(query, '').replaceAll('+', ' ').replace(/\/+/g, '/')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What of a value, and of all that is in it, are addresses of objects of S3, as no pointer has
 * them: an event that stays may need what is there all the same. */
export function linksIn(root: JsonValue): Claim[] {
  const found: Claim[] = []
  const left: JsonValue[] = [root]
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (typeof value === 'object' && value !== null) left.push(...Object.values(value))
    else if (typeof value === 'string' && addressOfS3.test(value)) {
      found.push(claimAt(value.replace(arn, 's3://')))
    }
  }
  return found
}
