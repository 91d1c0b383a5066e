import { join } from 'node:path'
import { allParts, INDEX_SCHEMA, type Manifest } from '../archive-index/manifest.js'
import { INDEX_MARK } from '../archives/folder.js'
import { type Bucket, openBucket } from '../aws/bucket.js'
import { bucketPlace } from '../aws/bucket-address.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'

interface Putting {
  /** Where it was built. */
  readonly folder: string
  readonly manifest: Manifest
  /** `s3://bucket/prefix`. */
  readonly to: string
  readonly aws: AwsOptions
  readonly signal: AbortSignal
}

/** What putting an index needs. */
const needs = ['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject']

/**
 * Puts the index in a folder below a prefix of S3, part by part: the manifest, which
 * says what counts, comes after all of them, and what it does not name any more goes last.
 *
 * @throws EvtError `usage` where something else is there; `outside` where somebody else put one
 * meanwhile
 */
export async function putIndex({ folder, manifest, to, aws, signal }: Putting): Promise<void> {
  const { name, prefix } = bucketPlace(to)
  const bucket = await openBucket(name, aws, needs)
  try {
    const there = await thereIn(bucket, { to, prefix, manifest })
    const old = new Set(there?.files)
    const parts = allParts(manifest).map(({ file }) => file)
    for (const file of parts) {
      if (signal.aborted) throw interrupted(to)
      // Names of parts never come again: what has one is the same.
      if (!old.has(file)) await bucket.putFile(prefix + file, join(folder, file))
    }
    if (signal.aborted) throw interrupted(to)
    const only = there ? { ifEtag: there.etag } : ({ ifAbsent: true } as const)
    const put = await bucket.put(prefix + INDEX_MARK, JSON.stringify(manifest), only)
    if (put === undefined) {
      const hint = 'the same line again puts this one in its place'
      throw new EvtError(`another index was put to ${to} meanwhile`, { code: 'outside', hint })
    }
    for (const file of parts) old.delete(file)
    for (const file of old) await bucket.remove(prefix + file)
  } finally {
    bucket.close()
  }
}

/** The parts of the index that is there; undefined where nothing is. */
async function thereIn(
  bucket: Bucket,
  { to, prefix, manifest }: { to: string; prefix: string; manifest: Manifest },
): Promise<{ etag: string; files: string[] } | undefined> {
  const found = await bucket.get(prefix + INDEX_MARK)
  if (!found) {
    for await (const { keys, folders } of bucket.list(prefix)) {
      const [other] = [...keys, ...folders].filter((key) => !isPart(key.slice(prefix.length)))
      if (other === undefined) continue
      throw new EvtError(`${to} is not empty, and no index: ${other} is there`, {
        ...{ code: 'usage', hint: `--to ${to.replace(/\/$/, '')}/index makes one of its own` },
      })
    }
    return undefined
  }
  const known = parsed(found.bytes.toString())
  const isOurs = JSON.stringify(known?.sources) === JSON.stringify(manifest.sources)
  if (!known || !isOurs) {
    const what = known ? `the index of ${known.sources.join(' ')}` : 'the index of another evt'
    const hint = 'name another prefix, or remove this one first'
    throw new EvtError(`${to} has ${what}`, { code: 'usage', hint })
  }
  return { etag: found.etag, files: allParts(known).map(({ file }) => file) }
}

/** What a run that was killed has left. */
function isPart(below: string): boolean {
  return /^(events|records|entities|undecodable)\//.test(below)
}

function parsed(text: string): Manifest | undefined {
  try {
    const manifest: Manifest = JSON.parse(text) // as evt wrote it, where the schema is its own
    return manifest.schema === INDEX_SCHEMA ? manifest : undefined
  } catch {
    return undefined
  }
}

function interrupted(to: string): EvtError {
  const message = `interrupted: the index in ${to} is what it was`
  return new EvtError(message, { code: 'interrupted', hint: 'the same line goes on' })
}
