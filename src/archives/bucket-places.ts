import { type BucketObjects, openToRead } from '../aws/bucket-objects.js'
import type { ListedObject } from '../aws/objects.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import { INDEX_MARK, isSkipped } from './folder.js'
import { LocalCopies } from './local-copies.js'
import type { RemotePlace } from './place.js'
import { isGlob } from './wildcards.js'

/** Buckets that were opened, by name: what two addresses lead to is fetched once. */
export type Buckets = Map<string, Promise<OpenBucket>>

interface OpenBucket {
  objects: BucketObjects
  copies: LocalCopies
}

interface Bucket extends OpenBucket {
  name: string
}

/**
 * The objects below a prefix that stands for a folder, as those below a folder of files are; or the
 * one object that has this key.
 *
 * @throws EvtError `usage` where there are none, or no such bucket; `outside` where nobody may list
 */
export async function bucketPlaces(
  address: string,
  { aws, buckets }: { aws: AwsOptions; buckets: Buckets },
): Promise<RemotePlace[]> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(address) ?? []
  if (!/^[\w.:-]+$/.test(bucket)) {
    throw new EvtError(`${address} names no bucket`, {
      code: 'usage',
      hint: 'write s3://BUCKET or s3://BUCKET/PREFIX',
    })
  }
  const opened = await openedOnce(bucket, aws, buckets)
  const found: ListedObject[] = []
  for await (const page of opened.objects.list(prefix)) found.push(...page)
  const { one, below, folder } = namedBy(found, prefix)
  if (below.length === 0 && one.length === 0 && prefix !== '') {
    throw nothingAt(address, prefix, found)
  }
  return keysBelow(found, prefix).map((listed) =>
    placeOf(listed, one.length > 0 ? listed.key : folder, address, {
      ...opened,
      name: bucket,
    }),
  )
}

/** What is read of what a listing has, where all of it begins with a prefix: the one that has this
 * key, else what is in this folder, and not an index of evt or hidden. */
export function keysBelow<T extends { key: string }>(found: readonly T[], prefix: string): T[] {
  const { one, below, folder } = namedBy(found, prefix)
  return one.length > 0 ? one : withoutOwn(below, folder)
}

function namedBy<T extends { key: string }>(found: readonly T[], prefix: string) {
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  return {
    folder,
    one: found.filter(({ key }) => key === prefix && !key.endsWith('/')),
    below: found.filter(({ key }) => key.startsWith(folder) && !key.endsWith('/')),
  }
}

function openedOnce(bucket: string, aws: AwsOptions, buckets: Buckets): Promise<OpenBucket> {
  const known = buckets.get(bucket)
  if (known) return known
  const opening = openToRead(bucket, aws).then((objects) => {
    return { objects, copies: new LocalCopies(objects) }
  })
  buckets.set(bucket, opening)
  return opening
}

/** What is never read as events: see `isSkipped`; and what is in an index of evt. */
function withoutOwn<T extends { key: string }>(objects: readonly T[], folder: string): T[] {
  const indexes = objects.flatMap(({ key }) =>
    key.endsWith(`/${INDEX_MARK}`) ? [key.slice(0, -INDEX_MARK.length)] : [],
  )
  return objects.filter(({ key }) => {
    const names = key.slice(folder.length).split('/')
    const isInside = indexes.some((index) => index !== folder && key.startsWith(index))
    return !isInside && !names.some(isSkipped)
  })
}

function placeOf(
  listed: ListedObject,
  folder: string,
  address: string,
  { name, copies }: Bucket,
): RemotePlace {
  const { key, sizeBytes, modifiedMs } = listed
  const relative = key.slice(folder.length)
  const base = address.endsWith('/') || relative === '' ? address : `${address}/`
  return {
    path: `${base}${relative}`,
    relative: relative === '' ? key.slice(key.lastIndexOf('/') + 1) : relative,
    address: `s3://${name}/${key}`,
    remote: { version: listed.etag, sizeBytes, mtimeMs: modifiedMs, copy: copies.of(listed) },
  }
}

function nothingAt(address: string, prefix: string, alike: readonly ListedObject[]): EvtError {
  const [first] = alike
  const start = address.slice(0, address.length - prefix.length)
  const near = first && `there is ${start}${first.key}`
  return new EvtError(`there is nothing at ${address}`, {
    code: 'usage',
    hint: isGlob(prefix) ? 'of S3 all below a prefix is read: * is no wildcard there' : near,
  })
}
