import { EvtError } from '../errors.js'

/** Whether an address names a bucket of S3, or what is in one. */
export function isBucketAddress(address: string): boolean {
  return address.startsWith('s3://')
}

/** The bucket, and the beginning of all keys there.
 * @throws EvtError `usage` where the address names none */
export function bucketPlace(address: string): { name: string; prefix: string } {
  const { name, key } = bucketKey(address)
  const prefix = key.replace(/\/+$/, '')
  return { name, prefix: prefix === '' ? '' : `${prefix}/` }
}

/** The bucket, and the key of one object. */
export function bucketKey(address: string): { name: string; key: string } {
  const [, name, key = ''] =
    /^s3:\/\/([a-z0-9][\w.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(address) ?? []
  if (name !== undefined) return { name, key }
  throw new EvtError(`${address} names no bucket`, {
    code: 'usage',
    hint: 'write s3://BUCKET or s3://BUCKET/PREFIX',
  })
}
