import { stat } from 'node:fs/promises'
import { fileHash } from '../archives/file-hash.js'
import type { FileObject, StoredObject } from '../archives/object.js'
import { isFault, readableFile } from '../archives/readable.js'
import { count } from '../reading/absence.js'
import { ClaimCounts, type ClaimTally } from './claim-counts.js'
import type { ErasePlan, PlannedObject } from './erase-plan.js'
import type { Eraser } from './eraser.js'
import { isTouched, passThrough } from './object-pass.js'
import type { OpenBuckets } from './open-buckets.js'

export interface PlanningOptions {
  eraser: Eraser
  buckets: OpenBuckets
  /** Where payloads that events point to are erased, too. */
  tally?: ClaimTally | undefined
}

/** Finds what is to be erased of one object, and adds it to the plan.
 *
 * @returns in how many of its records */
export async function planObject(
  plan: ErasePlan,
  object: StoredObject,
  { eraser, buckets, tally }: PlanningOptions,
): Promise<number> {
  const { path } = object
  const held = await readableFile(object)
  if (isFault(held)) {
    plan.refused.push({ path, reason: held.detail })
    if (tally) tally.unread ??= path
    return 0
  }
  const { object: here } = held
  const claims = tally && new ClaimCounts()
  let isWritten = false
  try {
    const pass = await passThrough(here, { eraser, key: plan.key, claims })
    const { sniffed, counts, rows, moreRows, refused, unitsTouched, notes } = pass
    plan.searched.units += counts.units
    plan.searched.bytes += here.sizeBytes
    if (refused !== null) {
      plan.refused.push({ path, reason: refused })
      if (tally) tally.unread ??= path
      return unitsTouched
    }
    if (!isTouched(counts) && counts.held + counts.left === 0) return unitsTouched
    const where = await placeOf(object, here, buckets)
    if (typeof where === 'string') {
      plan.refused.push({ path, reason: where })
      return unitsTouched
    }
    const { compression, format } = sniffed
    const { sha256 } = await fileHash(here.file)
    const of = { bytes: here.sizeBytes, sha256, compression, format, counts, rows }
    const all = [...notes, ...(where.notes ?? [])]
    const more = { ...(moreRows > 0 && { moreRows }), ...(all.length > 0 && { notes: all }) }
    plan.objects.push({ path, ...where, ...of, ...more })
    isWritten = true
    return unitsTouched
  } finally {
    if (claims) tally?.add(claims, isWritten ? 'written' : 'kept', path)
    held.release()
  }
}

/** Where it is, and which state of it was read; or why it is not written again. */
async function placeOf(
  object: StoredObject,
  { file }: FileObject,
  buckets: OpenBuckets,
): Promise<Pick<PlannedObject, 'file' | 'stored' | 'notes'> | string> {
  if (object.kind === 'file') {
    const others = (await stat(file)).nlink - 1
    const kept = `what it was stays by ${count(others, 'other name')} of the file (hard links)`
    return { file, ...(others > 0 && { notes: [kept] }) }
  }
  const { address, version } = object
  const { bucket, key } = await buckets.at(address)
  const state = await bucket.state(key)
  if (!state) return 'is gone since it was listed'
  if (state.etag !== version) return 'was replaced since it was listed'
  if (state.isArchived) return 'is archived: restore it, and copy it to another storage class'
  const lock = bucket.lock(state)
  if (lock !== undefined) return lock
  const grants = (await bucket.grants(key)) ?? 0
  const lost = `its ACL is not kept: ${count(grants, 'grant')} to others than its owner`
  const stored = { etag: state.etag, versionId: state.versionId }
  return { file: address, stored, ...(grants > 0 && { notes: [lost] }) }
}
