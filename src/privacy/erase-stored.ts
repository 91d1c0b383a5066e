import { rm } from 'node:fs/promises'
import { fileHash } from '../archives/file-hash.js'
import type { VersionedBucket } from '../aws/bucket-versions.js'
import type { ObjectState } from '../aws/object-state.js'
import { EvtError } from '../errors.js'
import { changedSince, writeAside } from './erase-object.js'
import type { PlannedObject, PlannedVersion } from './erase-plan.js'
import type { Eraser } from './eraser.js'
import { GOES_ON } from './goes-on.js'
import type { Journal, Step } from './journal.js'
import type { OpenBuckets } from './open-buckets.js'
import { copyFailure } from './temp-failure.js'

interface StoredOptions {
  eraser: Eraser
  key: string
  journal: Journal
  buckets: OpenBuckets
}

/** An object of S3, as a plan has it. */
type StoredPlanned = PlannedObject & Required<Pick<PlannedObject, 'stored'>>

export function isStored(object: PlannedObject): object is StoredPlanned {
  return object.stored !== undefined
}

/** @throws EvtError `outside` where a bucket may not be changed, while nothing is */
export async function checkMayChange(
  changes: readonly (StoredPlanned | PlannedVersion)[],
  buckets: OpenBuckets,
): Promise<void> {
  const known = new Set<string>()
  for (const change of changes) {
    const isObject = 'stored' in change
    const { bucket, name, key } = await buckets.at(isObject ? change.file : change.address)
    const versions = !isObject || change.stored.versionId !== null
    if (known.has(`${name} ${versions}`)) continue
    known.add(`${name} ${versions}`)
    await bucket.checkMayChange(key, { versions }).catch(unchanged)
  }
}

/** Throws what failed before anything was changed, and says so. */
export function unchanged(error: unknown): never {
  if (!(error instanceof EvtError)) throw error
  const { code, hint, cause } = error
  throw new EvtError(`${error.message}: nothing was changed`, { code, hint, cause })
}

/**
 * Puts an object of S3 again without the subject, and removes the version that it was. What was
 * done before is found in the journal.
 *
 * @throws EvtError `outside` where the object is not what was planned, or S3 refuses it
 */
export async function eraseStored(object: StoredPlanned, options: StoredOptions): Promise<void> {
  const { journal, buckets } = options
  const { file: address, stored } = object
  if (journal.stepOf(address)?.state === 'cleaned') return
  const { bucket, key } = await buckets.at(address)
  try {
    const { uploadId } = journal.stepOf(address) ?? {}
    if (uploadId !== undefined) await bucket.abort(key, uploadId)
    const done = await replaced(object, { ...options, bucket, name: key })
    const { versionId } = stored
    // While versioning is suspended, the new one has taken its place.
    if (versionId !== null && versionId !== (done.versionId ?? 'null')) {
      await bucket.removeVersion(key, versionId)
    }
    await journal.add({ ...done, state: 'cleaned' })
  } catch (error) {
    // What is written here are copies.
    throw goingOn(copyFailure(error, object.path))
  }
}

/**
 * Removes an older version for good.
 *
 * @throws EvtError `outside` where it is what is there now, as it was not when it was planned
 */
export async function removeVersion(
  { address, ...version }: PlannedVersion,
  { journal, buckets, now }: Pick<StoredOptions, 'journal' | 'buckets'> & { now: Step | undefined },
): Promise<void> {
  const { versionId, bytes } = version
  const file = `${address}?versionId=${versionId}`
  if (journal.stepOf(file) !== undefined) return
  const { bucket, key } = await buckets.at(address)
  try {
    // While versioning is suspended, a new one may have taken its place.
    const isNew = now !== undefined && (now.versionId ?? 'null') === versionId
    if (!isNew) {
      await checkIsOlder({ bucket, key, address }, version)
      await bucket.removeVersion(key, versionId)
    }
    await journal.add({ file, state: 'removed', bytes, sha256: '' })
  } catch (error) {
    throw goingOn(error)
  }
}

/** It goes as a whole, with all that is about others: what somebody took back meanwhile, or put
 * under the same name, as `null` may be, stays. */
async function checkIsOlder(
  { bucket, key, address }: { bucket: VersionedBucket; key: string; address: string },
  { versionId, isMarker, bytes, etag }: Omit<PlannedVersion, 'address'>,
): Promise<void> {
  for await (const page of bucket.versions(key)) {
    const found = page.find((one) => one.key === key && one.versionId === versionId)
    if (found) {
      const isLike = found.isMarker === isMarker && found.sizeBytes === bytes
      const isSame = isLike && (etag === undefined || found.etag === etag)
      // A marker may well be the latest: nothing is below it then.
      if (isSame && (isMarker || !found.isLatest)) return
      const path = `${address}?versionId=${versionId}`
      throw changedSince(path, isSame ? 'has become the object that is there' : 'has changed')
    }
    if (page.length > 0 && page.every((one) => one.key > key)) return
  }
}

interface ReplaceOptions extends StoredOptions {
  bucket: VersionedBucket
  /** Of the object, in its bucket. */
  name: string
}

/** What the object is when it has its new bytes. */
async function replaced(object: StoredPlanned, options: ReplaceOptions): Promise<Step> {
  const { journal, bucket, name } = options
  const { path, file: address, stored } = object
  const known = journal.stepOf(address)
  if (known?.state === 'replaced') return known
  const state = await bucket.state(name)
  if (!state) throw changedSince(path, 'is gone')
  if (state.etag === stored.etag) {
    // The same bytes may have been put again: what was planned is another version then.
    if (state.versionId !== stored.versionId) return otherThan(path)
    const lock = bucket.lock(state)
    if (lock !== undefined) throw changedSince(path, lock)
    return putAgain(object, state, options)
  }
  return known ? ownOf(object, { known, state, options }) : otherThan(path)
}

async function putAgain(
  object: StoredPlanned,
  state: ObjectState,
  { eraser, key, journal, buckets, bucket, name }: ReplaceOptions,
): Promise<Step> {
  const { path, stored, sha256 } = object
  const from = await buckets.newCopy()
  const aside = `${from}.new`
  try {
    const refusal = await bucket.download(name, { etag: stored.etag }, from)
    if (refusal?.reason === 'refused') throw changedSince(path, refusal.detail)
    if (refusal || (await fileHash(from)).sha256 !== sha256) return otherThan(path)
    const written = await writeAside(object, { eraser, key, from, aside })
    await journal.add(written)
    const done = await bucket.replace(name, aside, {
      state,
      onUpload: (uploadId) => journal.add({ ...written, uploadId }),
    })
    const step = { ...written, state: 'replaced' as const, ...done }
    if (done) {
      await journal.add(step)
      return step
    }
    // An answer that was lost may have been that it was put.
    const now = await bucket.state(name)
    if (!now) throw changedSince(path, 'is gone')
    const options = { eraser, key, journal, buckets, bucket, name }
    return await ownOf(object, { known: written, state: now, options })
  } finally {
    for (const file of [from, aside]) await rm(file, { force: true })
  }
}

/** Where it is what evt wrote, in another run or by a call whose answer was lost, it is done. */
async function ownOf(
  { path, stored }: StoredPlanned,
  { known, state, options }: { known: Step; state: ObjectState; options: ReplaceOptions },
): Promise<Step> {
  const { bucket, name, buckets, journal } = options
  const { etag, versionId } = state
  if (etag === stored.etag || state.bytes !== known.bytes) return otherThan(path)
  const file = await buckets.newCopy()
  try {
    const refusal = await bucket.download(name, { etag }, file)
    if (refusal || (await fileHash(file)).sha256 !== known.sha256) return otherThan(path)
  } finally {
    await rm(file, { force: true })
  }
  const { uploadId: _, ...step } = known
  const done = { ...step, state: 'replaced' as const, etag, versionId }
  await journal.add(done)
  return done
}

function otherThan(path: string): never {
  throw changedSince(path, 'has changed')
}

/** What failed, and how it goes on. */
export function goingOn(error: unknown): unknown {
  if (!(error instanceof EvtError) || error.code !== 'outside') return error
  if (error.hint?.includes(GOES_ON) || error.hint?.startsWith('make a new plan')) return error
  const hint = [error.hint, GOES_ON].filter((line) => line !== undefined).join('\n')
  return new EvtError(error.message, { code: 'outside', hint, cause: error.cause })
}
