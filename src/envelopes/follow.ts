import { MAX_RECORD_BYTES } from '../event/event.js'
import { claimCheck, claimText } from './claim-check.js'
import type { Layer } from './content.js'
import type { Claim, Found, Outside } from './outside.js'

/** What the pointers of one record share. */
interface Follower {
  readonly outside: Outside
  /** How much more may be fetched for the record. */
  leftBytes: number
}

/** The layer of a pointer that is followed. */
export function claimLayer(claim: Claim, of: Pick<Layer, 'document' | 'entry'>): Layer {
  return { envelope: claimCheck, ...of, claim: claimText(claim) }
}

/**
 * What a pointer points to; undefined where nobody follows it.
 *
 * @param around what is around the pointer: whatever of it points to the same is in a circle
 */
export function contentOf(
  claim: Claim,
  walk: Follower,
  around: readonly Layer[],
): Found<Buffer> | undefined {
  const { claims } = walk.outside
  if (!claims) return undefined
  const text = claimText(claim)
  const followed = around.flatMap((layer) => layer.claim ?? [])
  if (followed.at(-1) === text) return { ok: false, detail: 'points to itself' }
  if (followed.includes(text)) return { ok: false, detail: 'points back to itself in a circle' }
  // What does not fit is not asked for: one record's claims are held at the same time.
  const content = walk.leftBytes > 0 ? claims.content(claim) : undefined
  walk.leftBytes -= content?.ok ? content.value.length : 0
  if (content && walk.leftBytes >= 0) return content
  walk.leftBytes = 0
  const most = MAX_RECORD_BYTES.toLocaleString('en')
  return { ok: false, detail: `is beyond the limit of ${most} bytes for one record` }
}
