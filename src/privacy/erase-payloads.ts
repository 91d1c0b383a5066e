import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileHash } from '../archives/file-hash.js'
import { codeOf } from '../archives/read-error.js'
import type { VersionedBucket } from '../aws/bucket-versions.js'
import { EvtError } from '../errors.js'
import { diskFailure } from './disk-failure.js'
import type { PlannedPayload, PlannedPayloads } from './erase-plan.js'
import { goingOn, unchanged } from './erase-stored.js'
import { GOES_ON } from './goes-on.js'
import type { Journal } from './journal.js'
import type { OpenBuckets } from './open-buckets.js'
import { syncFolder } from './sync-folder.js'

/** What became of what erased events point to. */
export interface PayloadsErased {
  /** The addresses of what is gone, in the order of the plan. */
  erased: string[]
  /** What was to go and has changed since the plan was made. */
  left: { address: string; reason: string }[]
}

interface PayloadOptions {
  journal: Journal
  buckets: OpenBuckets
  signal: AbortSignal
}

const CHANGED = 'has changed since the plan was made'

/** @throws EvtError `outside` where payloads may not be removed, while nothing is changed */
export async function checkMayErase(
  { erased }: Pick<PlannedPayloads, 'erased'>,
  buckets: OpenBuckets,
): Promise<void> {
  const known = new Set<string>()
  for (const { address, file, versions } of erased) {
    if (file !== undefined) continue
    const { bucket, name, key } = await buckets.at(address)
    if (known.has(name)) continue
    known.add(name)
    const keeps = (await bucket.versioning()).state !== 'none'
    if (keeps !== (versions !== undefined)) {
      const what = keeps ? 'keeps versions' : 'keeps no versions'
      throw new EvtError(`the bucket ${name} ${what}, as it did not when the plan was made`, {
        code: 'outside',
        hint: 'nothing was changed; make a new plan',
      })
    }
    await bucket.checkMayRemove(key, { versions: keeps }).catch(unchanged)
  }
}

/**
 * Removes what erased events point to, when these are gone: until then they are read by it. What
 * was done before is found in the journal.
 *
 * @throws EvtError `outside` where one cannot be removed
 */
export async function erasePayloads(
  { erased }: Pick<PlannedPayloads, 'erased'>,
  options: PayloadOptions,
): Promise<PayloadsErased> {
  const { journal, signal } = options
  const done: PayloadsErased = { erased: [], left: [] }
  for (const payload of erased) {
    const { address, bytes, sha256 } = payload
    const file = stepOf(address)
    const known = journal.stepOf(file)
    if (signal.aborted) throw new EvtError('interrupted', { code: 'interrupted', hint: GOES_ON })
    const of = { file, bytes, sha256: sha256 ?? '' }
    let reason = known?.state === 'kept' ? (known.reason ?? CHANGED) : undefined
    if (known?.state !== 'kept' && known?.state !== 'removed') {
      reason = await erasePayload(payload, options).catch((error: unknown) => {
        throw goingOn(diskFailure(error, payload.file ?? address, GOES_ON))
      })
      const state = reason === undefined ? ('removed' as const) : ('kept' as const)
      await journal.add({ ...of, state, ...(reason !== undefined && { reason }) })
    }
    if (reason === undefined) done.erased.push(address)
    else done.left.push({ address, reason })
  }
  return done
}

/** Its name in a journal, in which an object of an archive may have the same address. */
function stepOf(address: string): string {
  return `payload ${address}`
}

/** @returns why it stays */
async function erasePayload(
  payload: PlannedPayload,
  { journal, buckets }: PayloadOptions,
): Promise<string | undefined> {
  const { address, file, etag, versions, bytes, sha256 } = payload
  if (file !== undefined) return eraseFile(file, sha256)
  const { bucket, key } = await buckets.at(address)
  if (!versions) return eraseObject(bucket, key, etag ?? '')
  const isBegun = journal.stepOf(stepOf(address))?.state === 'removing'
  const reason = isBegun ? undefined : await whyStays(bucket, key, versions)
  if (reason !== undefined) return reason
  const step = { file: stepOf(address), state: 'removing' as const, bytes, sha256: sha256 ?? '' }
  if (!isBegun) await journal.add(step)
  // Markers last, which hide the others: at no moment an older one is what is there.
  const markers = versions.filter(({ isMarker }) => isMarker)
  const older = versions.filter(({ isMarker }) => !isMarker).reverse()
  for (const { versionId } of [...older, ...markers]) {
    // What took the name of none is another one by now.
    const isNew = isBegun && versionId === 'null' && (await whyStays(bucket, key, versions))
    if (isNew) return isNew
    await bucket.removeVersion(key, versionId)
  }
  const now = await listed(bucket, key)
  return now.length === 0 ? undefined : 'was put again since the plan was made'
}

async function eraseFile(file: string, hash: string | null): Promise<string | undefined> {
  try {
    if ((await fileHash(file)).sha256 !== hash) return CHANGED
    await rm(file)
    await syncFolder(dirname(file))
    return undefined
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function eraseObject(
  bucket: VersionedBucket,
  key: string,
  etag: string,
): Promise<string | undefined> {
  const state = await bucket.state(key)
  if (!state) return undefined
  if (state.etag !== etag) return CHANGED
  const lock = bucket.lock(state)
  if (lock !== undefined) return lock
  if (await bucket.remove(key, etag)) return undefined
  // By a call whose answer was lost.
  return (await bucket.state(key)) ? CHANGED : undefined
}

/** Undefined where each version that is there is one of the plan, and may go. */
async function whyStays(
  bucket: VersionedBucket,
  key: string,
  versions: NonNullable<PlannedPayload['versions']>,
): Promise<string | undefined> {
  for (const { versionId, isMarker, sizeBytes, etag } of await listed(bucket, key)) {
    const planned = versions.find((one) => one.versionId === versionId)
    const isLike = planned?.isMarker === isMarker && planned.bytes === sizeBytes
    if (!isLike || (planned.etag ?? '') !== etag) return CHANGED
    const state = isMarker ? undefined : await bucket.state(key, versionId)
    const lock = state && bucket.lock(state)
    if (lock !== undefined) return lock
  }
  return undefined
}

/** All versions and delete markers of one key. */
export async function listed(bucket: VersionedBucket, key: string) {
  const found = []
  for await (const page of bucket.versions(key)) {
    found.push(...page.filter((one) => one.key === key))
    if (page.length > 0 && page.every((one) => one.key > key)) break
  }
  return found
}
