import { type Bucket, openBucket } from '../aws/bucket.js'
import { bucketKey, bucketPlace } from '../aws/bucket-address.js'
import type { AwsOptions } from '../aws/options.js'
import type { RunFile } from './merge-runs.js'
import { readSavedRun } from './saved-run.js'

/** What saved runs in S3 need. */
const needs = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket']
const AT_ONCE = 8

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
    for await (const page of bucket.list(prefix)) keys.push(...page.keys)
    const jsons = keys.filter((key) => key.endsWith('.json'))
    const runs: RunFile[] = []
    for (let at = 0; at < jsons.length; at += AT_ONCE) {
      const some = jsons.slice(at, at + AT_ONCE).map((key) => runAt(bucket, `s3://${name}/`, key))
      runs.push(...(await Promise.all(some)).flatMap((run) => run ?? []))
    }
    return keys.length === 0 ? undefined : runs
  })
}

/** Undefined where somebody removed it meanwhile. */
async function runAt(bucket: Bucket, root: string, key: string): Promise<RunFile | undefined> {
  const object = await bucket.get(key)
  const file = `${root}${key}`
  return object && { file, run: readSavedRun(object.bytes.toString('utf8'), file) }
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
