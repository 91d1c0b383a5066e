import { type Bucket, openBucket } from '../aws/bucket.js'
import { bucketKey, bucketPlace } from '../aws/bucket-address.js'
import type { AwsOptions } from '../aws/options.js'
import type { RunFile } from './merge-runs.js'
import { readRuns } from './read-runs.js'

/** What saved runs in S3 need. */
const needs = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket']

async function within<T>(
  name: string,
  aws: AwsOptions,
  call: (bucket: Bucket) => Promise<T>,
): Promise<T> {
  const bucket = await openBucket(name, aws, needs)
  return call(bucket).finally(() => bucket.close())
}

/** The runs that are saved below a prefix, in no order; undefined where there is nothing. */
export async function runsInBucket(
  address: string,
  aws: AwsOptions,
): Promise<RunFile[] | undefined> {
  const { name, prefix } = bucketPlace(address)
  return within(name, aws, async (bucket) => {
    const keys: string[] = []
    // Archives are in folders of days; runs are not.
    let hasFolders = false
    for await (const page of bucket.list(prefix)) {
      keys.push(...page.keys)
      hasFolders ||= page.folders.length > 0
    }
    if (keys.length === 0 && !hasFolders) return undefined
    const root = `s3://${name}/`
    const files = keys.filter((key) => key.endsWith('.json')).map((key) => `${root}${key}`)
    return readRuns(files, async (file) => {
      const object = await bucket.get(file.slice(root.length))
      return object?.bytes.toString('utf8')
    })
  })
}

/** The text of one object; undefined where there is none. */
export async function textInBucket(address: string, aws: AwsOptions): Promise<string | undefined> {
  const { name, key } = bucketKey(address)
  const object = await within(name, aws, (bucket) => bucket.get(key))
  return object?.bytes.toString('utf8')
}

/** Writes an object.
 * @returns false where `ifAbsent`, and there is one */
export async function putInBucket(
  address: string,
  text: string,
  { aws, ifAbsent }: { aws: AwsOptions; ifAbsent: boolean },
): Promise<boolean> {
  const { name, key } = bucketKey(address)
  const only = ifAbsent ? ({ ifAbsent: true } as const) : undefined
  const etag = await within(name, aws, (bucket) => bucket.put(key, text, only))
  return etag !== undefined
}

export async function removeFromBucket(address: string, aws: AwsOptions): Promise<void> {
  const { name, key } = bucketKey(address)
  await within(name, aws, (bucket) => bucket.remove(key))
}
