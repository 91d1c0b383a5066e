import { rm, stat } from 'node:fs/promises'
import { diskReason } from '../archives/disk-reason.js'
import { fileHash } from '../archives/file-hash.js'
import { claimFiles } from '../claims/folder.js'
import type { Claim } from '../envelopes/outside.js'
import { EvtError } from '../errors.js'
import { compareText } from '../event/sequence.js'
import type { ClaimTally } from './claim-counts.js'
import { listed } from './erase-payloads.js'
import type { ErasePlan, PlannedPayload, PlannedPayloads } from './erase-plan.js'
import type { OpenBuckets } from './open-buckets.js'
import { copyFailed } from './temp-failure.js'

interface PayloadOptions {
  /** `s3`, or a folder as typed. */
  from: string
  cwd: string
  tally: ClaimTally
  buckets: OpenBuckets
  signal: AbortSignal
}

/** Of what was looked for: how it is erased, why it is left, or that nothing is there. */
type Planned = Omit<PlannedPayload, 'address' | 'records'> | string | undefined

const MFA = 'is in a bucket whose versions are removed with an MFA device alone'
const SHARED = 'is what an event that stays points to as well'
const LINKED = 'is a file that has other names as well (hard links), by which it would stay'
const CHANGED = 'was changed while it was searched'

/**
 * Plans the end of what erased events point to, when all events of the sources have been read: no
 * payload goes that an event which stays may point to.
 *
 * @throws EvtError `usage` where payloads lie among the events that are searched
 */
export async function planPayloads(
  plan: ErasePlan,
  { tally, ...options }: PayloadOptions,
): Promise<PlannedPayloads> {
  const { from, signal } = options
  const planned: PlannedPayloads = { from, erased: [], left: [], gone: 0, unread: 0 }
  const found = [...tally.released].sort(([a], [b]) => compareText(a, b))
  const find = await finderOf(options)
  for (const [address, { claim, records, sha256 }] of found) {
    if (signal.aborted) throw new EvtError('interrupted: no plan was made', { code: 'interrupted' })
    const one = whyKept(claim, tally) ?? (await find(claim, address))
    if (one === undefined) planned.gone += 1
    else if (typeof one === 'string') planned.left.push({ address, reason: one })
    // What was read there told whom it is about.
    else if (sha256 !== undefined && sha256 !== one.sha256) {
      planned.left.push({ address, reason: CHANGED })
    } else planned.erased.push({ address, records, ...one })
  }
  checkIsApart(plan, planned)
  return planned
}

function whyKept(claim: Claim, tally: ClaimTally): string | undefined {
  if (!('key' in claim)) return 'is not in S3, and is not fetched'
  if (tally.isKept(claim)) return SHARED
  if (tally.unread === undefined) return undefined
  return `may be what events in ${tally.unread} point to, which could not be read`
}

async function finderOf({ from, cwd, buckets }: Omit<PayloadOptions, 'tally'>) {
  if (from === 's3') {
    const versioning = new Map<string, Promise<{ state: string; mfaDelete: boolean }>>()
    return (_claim: Claim, address: string) => storedPayload(address, { buckets, versioning })
  }
  const fileOf = await claimFiles(from, cwd)
  return async (claim: Claim): Promise<Planned> => {
    if (!('key' in claim)) return undefined
    const file = await fileOf(claim)
    if (file === undefined) return `is not in ${from} below the name of its bucket`
    if ((await stat(file)).nlink > 1) return LINKED
    return { file, ...(await fileHash(file)) }
  }
}

interface StoredOptions {
  buckets: OpenBuckets
  /** Of buckets, by their names. */
  versioning: Map<string, Promise<{ state: string; mfaDelete: boolean }>>
}

/** What S3 refuses for one of them is said of it, and is no end of the others. */
async function storedPayload(address: string, options: StoredOptions): Promise<Planned> {
  try {
    return await storedState(address, options)
  } catch (error) {
    if (!(error instanceof EvtError) || error.code === 'interrupted') throw error
    if (diskReason(error.cause) !== undefined) throw error
    return `is not given by S3: ${error.message}`
  }
}

async function storedState(
  address: string,
  { buckets, versioning }: StoredOptions,
): Promise<Planned> {
  const { bucket, name, key } = await buckets.at(address)
  const asked = versioning.get(name) ?? bucket.versioning()
  versioning.set(name, asked)
  const { state: keeps, mfaDelete } = await asked
  if (mfaDelete) return MFA
  const now = await bucket.state(key)
  if (now?.isArchived) return 'is archived: restore it to read it'
  const versions: NonNullable<PlannedPayload['versions']> = []
  if (keeps !== 'none') {
    for (const { versionId, isMarker, sizeBytes, etag } of await listed(bucket, key)) {
      const state = isMarker ? undefined : await bucket.state(key, versionId)
      const lock = state && bucket.lock(state)
      if (lock !== undefined) return lock
      versions.push({ versionId, isMarker, bytes: sizeBytes, ...(!isMarker && { etag }) })
    }
  }
  const kept = keeps === 'none' ? {} : { versions }
  if (!now) return versions.length === 0 ? undefined : { bytes: 0, sha256: null, ...kept }
  const lock = bucket.lock(now)
  if (lock !== undefined) return lock
  const { etag } = now
  const file = await buckets.newCopy()
  try {
    const copying = bucket.download(key, { etag }, file)
    const refusal = await copying.catch((error) => copyFailed(error, address))
    if (refusal?.reason === 'refused') return refusal.detail
    if (refusal) return 'was replaced while it was read'
    return { ...(await fileHash(file)), ...(keeps === 'none' ? { etag } : kept) }
  } finally {
    await rm(file, { force: true })
  }
}

/** What is written again is no payload any more by which other events could be read. */
function checkIsApart({ objects, versions = [] }: ErasePlan, { erased, left }: PlannedPayloads) {
  const written = new Set([
    ...objects.map(({ file }) => file),
    ...versions.map((one) => one.address),
  ])
  const among = [...erased, ...left].find((one) => {
    return written.has(one.address) || ('file' in one && written.has(one.file ?? ''))
  })
  if (!among) return
  throw new EvtError(`${among.address} is searched, and events point to it: no plan was made`, {
    code: 'usage',
    hint: 'name a SOURCE that has no payloads; without --follow-claims they are read as events',
  })
}
