import { rm, stat } from 'node:fs/promises'
import { keysBelow } from '../archives/bucket-places.js'
import type { StoredObject } from '../archives/object.js'
import { isBucketAddress } from '../aws/bucket-address.js'
import type { ListedVersion } from '../aws/bucket-versions.js'
import { EvtError } from '../errors.js'
import { ClaimCounts } from './claim-counts.js'
import type { ErasePlan } from './erase-plan.js'
import { isTouched, type ObjectPass, passThrough } from './object-pass.js'
import type { PlanningOptions } from './plan-object.js'
import { copyFailed } from './temp-failure.js'

interface VersionOptions extends PlanningOptions {
  /** Of the sources, as they are now. */
  objects: readonly StoredObject[]
  signal: AbortSignal
}

/**
 * Reads the older versions of what is below the sources in S3, and adds those that hold the subject
 * to the plan, with the delete markers of keys of which nothing is left then.
 *
 * @throws EvtError `outside` where nobody may list them, or remove them
 */
export async function planVersions(plan: ErasePlan, options: VersionOptions): Promise<void> {
  const known = new Set<string>()
  for (const place of placesOf(plan, options.objects)) {
    const { bucket, name, key: prefix } = await options.buckets.at(place)
    const { state, mfaDelete } = await bucket.versioning()
    if (state === 'none') continue
    if (mfaDelete) throw takesMfa(name)
    const found: ListedVersion[] = []
    for await (const page of bucket.versions(prefix)) found.push(...page)
    const byKey = new Map<string, ListedVersion[]>()
    for (const one of keysBelow(found, prefix)) {
      byKey.set(one.key, [...(byKey.get(one.key) ?? []), one])
    }
    for (const [key, all] of byKey) {
      const address = `s3://${name}/${key}`
      if (!known.has(address)) await planKey(plan, all, { ...options, address })
      known.add(address)
    }
  }
}

/** Sources in S3, and objects there that other sources led to, such as aliases. */
function placesOf({ sources }: ErasePlan, objects: readonly StoredObject[]): string[] {
  const places = sources.filter(isBucketAddress)
  const others = objects.flatMap((object) => (object.kind === 'remote' ? [object.address] : []))
  return [...places, ...others.filter((one) => !places.some((place) => one.startsWith(place)))]
}

async function planKey(
  plan: ErasePlan,
  all: readonly ListedVersion[],
  options: VersionOptions & { address: string },
): Promise<void> {
  const { address, signal } = options
  let isAny = false
  let isAll = true
  for (const version of all) {
    // What is there now is written again, and gone as a version then.
    if (signal.aborted) throw new EvtError('interrupted: no plan was made', { code: 'interrupted' })
    if (version.isMarker) continue
    const isGone = !version.isLatest && (await isPlanned(plan, version, options))
    isAll &&= isGone
    isAny ||= isGone
  }
  // A marker that goes alone would bring back what it hides.
  if (!isAny || !isAll) return
  for (const { isMarker, versionId } of all) {
    if (isMarker) plan.versions?.push({ address, versionId, isMarker, bytes: 0 })
  }
}

/** Whether a version is to be removed. */
async function isPlanned(
  plan: ErasePlan,
  { key, versionId, sizeBytes, etag }: ListedVersion,
  { address, buckets, eraser, tally }: VersionOptions & { address: string },
): Promise<boolean> {
  const { bucket } = await buckets.at(address)
  const name = `${address}?versionId=${versionId}`
  const refuse = (reason: string) => {
    plan.refused.push({ path: name, reason })
    return false
  }
  const file = await buckets.newCopy()
  const claims = tally && new ClaimCounts()
  let isGone = false
  try {
    const copying = bucket.download(key, { versionId }, file)
    const refusal = await copying.catch((error) => copyFailed(error, name))
    if (refusal?.reason === 'refused') {
      if (tally) tally.unread ??= name
      return refuse(refusal.detail)
    }
    if (refusal) return false
    const { mtimeMs } = await stat(file)
    const copy = { kind: 'file' as const, path: name, file, sizeBytes, mtimeMs }
    const pass = await passThrough(copy, { eraser, key: plan.key, claims })
    if (pass.refused !== null && tally) tally.unread ??= name
    plan.searched.versions = (plan.searched.versions ?? 0) + 1
    if (!isAbout(pass)) return pass.refused === null ? false : refuse(pass.refused)
    if (pass.counts.held > 0) return refuse('holds events that have to be kept')
    const state = await bucket.state(key, versionId)
    const lock = state && bucket.lock(state)
    if (lock !== undefined) return refuse(lock)
    plan.versions?.push({ address, versionId, isMarker: false, bytes: sizeBytes, etag })
    isGone = true
    return true
  } finally {
    if (claims) tally?.add(claims, isGone ? 'gone' : 'kept', name)
    await rm(file, { force: true })
  }
}

/** It goes as a whole, so that what could not be changed in it counts too. */
function isAbout({ counts }: ObjectPass): boolean {
  return isTouched(counts) || counts.held + counts.left > 0
}

function takesMfa(name: string): EvtError {
  return new EvtError(`versions of the bucket ${name} are removed with an MFA device alone`, {
    code: 'outside',
    hint: 'no plan was made; MFA delete is turned off by the root user of the account',
  })
}
