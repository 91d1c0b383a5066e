import type { ArchiveObject } from '../archives/object.js'
import { bucketKey } from '../aws/bucket-address.js'
import type { LifecycleRule } from '../aws/lifecycle.js'
import { EvtError } from '../errors.js'
import { parsePattern } from '../event/mapping.js'
import { compareText } from '../event/sequence.js'
import type { OpenBuckets } from './open-buckets.js'

/** How long data is stored, or how that is decided (Art. 15(1)(d)), as far as it is set. */
export interface Storage {
  /** Of `privacy.retention`, for the types that were found. */
  readonly types: readonly { readonly type: string; readonly period: string }[]
  /** What buckets do by themselves to what was searched. */
  readonly buckets: readonly BucketStorage[]
}

interface BucketStorage {
  readonly bucket: string
  /** Null where nobody may be told. */
  readonly rules: readonly LifecycleRule[] | null
  /** Why not. */
  readonly reason: string | null
}

/** The period of a type: that of the longest pattern which takes it. */
export function periodOf(
  type: string,
  retention: Readonly<Record<string, string>>,
): string | undefined {
  let found: { length: number; period: string } | undefined
  for (const [text, period] of Object.entries(retention)) {
    const { prefix, exact } = parsePattern(text)
    const takes = exact ? type === prefix : type.startsWith(prefix)
    const length = prefix.length + (exact ? 1 : 0)
    if (takes && length > (found?.length ?? -1)) found = { length, period }
  }
  return found?.period
}

/** Rules of the buckets that hold these objects, as far as they are for one of them. */
export async function bucketStorage(
  objects: readonly ArchiveObject[],
  buckets: OpenBuckets,
): Promise<BucketStorage[]> {
  const keys = new Map<string, string[]>()
  for (const object of objects) {
    if (object.kind !== 'remote') continue
    const { name, key } = bucketKey(object.address)
    const known = keys.get(name)
    if (known) known.push(key)
    else keys.set(name, [key])
  }
  const found: BucketStorage[] = []
  for (const [bucket, its] of [...keys].sort(([a], [b]) => compareText(a, b))) {
    found.push({ bucket, ...(await rulesFor(`s3://${bucket}/`, its, buckets)) })
  }
  return found
}

async function rulesFor(address: string, keys: readonly string[], buckets: OpenBuckets) {
  try {
    const { bucket } = await buckets.at(address)
    const rules = await bucket.lifecycle()
    const isFor = ({ prefix }: LifecycleRule) => keys.some((key) => key.startsWith(prefix))
    return { rules: rules.filter(isFor), reason: null }
  } catch (error) {
    if (!(error instanceof EvtError)) throw error
    return { rules: null, reason: error.message }
  }
}

/** The version of an object as it was read; null where it has none, or is another one by now. */
export async function versionOf(
  object: ArchiveObject,
  buckets: OpenBuckets,
): Promise<string | null> {
  if (object.kind !== 'remote') return null
  try {
    const { bucket, key } = await buckets.at(object.address)
    return (await bucket.versionNow(key, object.version)) ?? null
  } catch (error) {
    if (error instanceof EvtError) return null
    throw error
  }
}
