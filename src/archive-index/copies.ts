import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { INDEX_MARK } from '../archives/folder.js'
import { makeFolder } from '../archives/make-folder.js'
import { bucketPlace } from '../aws/bucket-address.js'
import { openVersions } from '../aws/bucket-versions.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import { partKinds } from './manifest.js'
import { addresses, type IndexOwner, keyOf, noteFolder } from './place.js'
import { remoteManifest } from './remote-manifest.js'

/** Notes to which prefixes of S3 the index of these SOURCEs was put. */
export async function tellCopy(owner: IndexOwner, to: string): Promise<void> {
  const all = [...new Set([...(await copiesOf(owner)), to])]
  const file = noteOf(owner)
  const aside = `${file}.${process.pid}`
  await makeFolder(noteFolder(owner))
  await writeFile(aside, JSON.stringify({ copies: all, sources: addresses(owner) }), {
    mode: 0o600,
  })
  await rename(aside, file)
}

/** Prefixes of S3 to which the index of these SOURCEs was put from this machine. */
async function copiesOf(owner: IndexOwner): Promise<string[]> {
  try {
    const told: unknown = JSON.parse(await readFile(noteOf(owner), 'utf8'))
    const copies: unknown = typeof told === 'object' && told !== null && Reflect.get(told, 'copies')
    return Array.isArray(copies) ? copies.filter((each) => typeof each === 'string') : []
  } catch {
    return []
  }
}

/**
 * Removes the copies in S3 of the index of these SOURCEs; of each only what evt put there.
 *
 * @returns the prefixes where one was
 * @throws EvtError `outside` where one cannot be removed: it is noted still
 */
export async function removeCopies(owner: IndexOwner, aws: AwsOptions): Promise<string[]> {
  const removed: string[] = []
  for (const to of await copiesOf(owner)) {
    if (
      await removeCopy(to, owner, aws).catch((error: unknown) => Promise.reject(kept(to, error)))
    ) {
      removed.push(to)
    }
  }
  await rm(noteOf(owner), { force: true })
  return removed
}

/** With all versions, where the bucket keeps them. */
async function removeCopy(to: string, owner: IndexOwner, aws: AwsOptions): Promise<boolean> {
  if (!(await isCopyOf(to, owner, aws))) return false
  const { name, prefix } = bucketPlace(to)
  const bucket = await openVersions(name, aws, new AbortController().signal)
  try {
    // The mark is the last: until then it is known to be an index.
    for (const below of [...partKinds.map((kind) => `${kind}/`), INDEX_MARK]) {
      for await (const versions of bucket.versions(prefix + below)) {
        for (const { key, versionId } of versions) {
          if (isOwn(key)) await bucket.removeVersion(key, versionId)
        }
      }
    }
    return true
  } finally {
    bucket.close()
  }
}

/** Another archive's may be there by now. */
async function isCopyOf(to: string, owner: IndexOwner, aws: AwsOptions): Promise<boolean> {
  const manifest = await remoteManifest(to, aws)
  if (typeof manifest === 'string') return false
  return JSON.stringify(manifest.sources) === JSON.stringify(addresses(owner))
}

function isOwn(key: string): boolean {
  return key.endsWith(`/${INDEX_MARK}`) || key === INDEX_MARK || /\/part-[^/]*\.parquet$/.test(key)
}

function kept(to: string, error: unknown): unknown {
  if (!(error instanceof EvtError)) return error
  const hint = [error.hint, 'the same line tries again'].filter((line) => line).join('\n')
  const message = `the copy of the index in ${to} is not removed: ${error.message}`
  return new EvtError(message, { code: error.code, hint, cause: error })
}

function noteOf(owner: IndexOwner): string {
  return join(noteFolder(owner), `${keyOf(owner)}.s3.json`)
}
