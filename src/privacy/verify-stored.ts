import type { ListedVersion } from '../aws/bucket-versions.js'
import type { ReadProof } from './erasure-proof.js'
import { isLike } from './nameless-file.js'
import { OpenBuckets } from './open-buckets.js'
import { IDENTIFIER } from './subject.js'
import type { VerifyOptions, VerifyResult } from './verified.js'

interface StoredFaults {
  faults: VerifyResult['faults']
  /** Objects that nobody was asked for. */
  unasked: number
}

/** Whether the objects of S3 are what an erasure left, and versions that it removed are gone. */
export async function storedFaults(
  { objects, versionsRemoved = [], payloads = [], plannedAt }: ReadProof,
  { aws, signal }: VerifyOptions,
): Promise<StoredFaults> {
  const wanted = new Map<string, { etag: string | null; gone: Set<string> }>()
  for (const { file, before, after } of objects) {
    if (!after.stored) continue
    const { etag, versionId: left } = after.stored
    const old = before.stored?.versionId ?? null
    const isGone = old !== null && old !== (left ?? 'null')
    wanted.set(file, { etag, gone: new Set(isGone ? [old] : []) })
  }
  for (const { address, versionId } of versionsRemoved) {
    const known = wanted.get(address) ?? { etag: null, gone: new Set() }
    wanted.set(address, { ...known, gone: known.gone.add(versionId) })
  }
  const removed = payloads.filter(({ isFile }) => !isFile)
  if (!aws) return { faults: [], unasked: wanted.size + removed.length }
  const buckets = new OpenBuckets(aws, signal)
  const faults: VerifyResult['faults'] = []
  try {
    for (const [name, { etag, gone }] of wanted) {
      const found = await versionsOf(name, buckets)
      const now = found.filter(({ isLatest, isMarker }) => isLatest && !isMarker)
      const isThere = now.some((one) => one.etag === etag)
      if (etag !== null && now.length === 0) faults.push({ name, fault: 'is missing' })
      else if (etag !== null && !isThere) faults.push({ name, fault: 'has been changed' })
      // One that has no name of its own is another one by now.
      const back = found.filter(({ versionId }) => versionId !== 'null' && gone.has(versionId))
      for (const { versionId } of back) {
        faults.push({ name, fault: `still has the version ${versionId}` })
      }
    }
    for (const payload of removed) {
      const back = await payloadBack(payload, plannedAt, buckets)
      if (back !== undefined) faults.push({ name: payload.address, fault: back })
    }
  } finally {
    await buckets.close()
  }
  return { faults, unasked: 0 }
}

/** What is there of a payload that was removed; where its bucket has no versions, whatever is. */
async function payloadBack(
  { address, bytes, versions }: NonNullable<ReadProof['payloads']>[number],
  plannedAt: string,
  buckets: OpenBuckets,
): Promise<string | undefined> {
  const found = (await versionsOf(address, buckets)).filter(({ isMarker }) => !isMarker)
  const gone = new Set(versions?.map(({ versionId }) => versionId))
  const back = found.find(({ versionId }) => versionId !== 'null' && gone.has(versionId))
  if (back) return `still has the version ${back.versionId}`
  // Of those that the address may mean others have always been there.
  const isOne = !address.includes(IDENTIFIER)
  const isBack = found.some(({ sizeBytes, putMs }) => {
    return isOne || (sizeBytes === bytes && putMs >= Date.parse(plannedAt))
  })
  return versions === undefined && isBack ? 'is there again' : undefined
}

/** Of an address, in which identifiers may have been taken out. */
async function versionsOf(address: string, buckets: OpenBuckets): Promise<ListedVersion[]> {
  const { bucket, key } = await buckets.at(address)
  const [prefix = ''] = key.split(IDENTIFIER)
  const found: ListedVersion[] = []
  for await (const page of bucket.versions(prefix)) {
    found.push(...page.filter((one) => one.key === key || isLike(one.key, key)))
  }
  return found
}
