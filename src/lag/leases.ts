import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { openTable } from '../aws/dynamodb.js'
import type { ShardStart } from '../aws/shards.js'
import { EvtError } from '../errors.js'
import type { Asking } from './kind.js'

export const leaseActions = ['dynamodb:Scan'] as const

/** Where an application of the Kinesis Client Library is in a shard. */
export interface Lease {
  /** Undefined where it has not read anything yet. */
  readonly start: ShardStart | 'ended' | undefined
  /** The worker that reads it; null: none does. */
  readonly owner: string | null
}

/** As KCL names a shard: of several streams with account, name and when that was made before. */
const ofShard = /(?:^|:)(shardId-[^:]+)$/

/**
 * The leases of an application, by shard: the table that KCL keeps under the name of the
 * application. Its other items, such as those of workers, are left out.
 *
 * @throws EvtError `usage` where there is no such table, or it holds no leases
 */
export async function leasesOf(
  application: string,
  { name, aws }: { name: string; aws: Asking['aws'] },
): Promise<Map<string, Lease>> {
  const open = await openTable(application, { ...aws, needs: leaseActions })
  const leases = new Map<string, Lease>()
  let hasAny = false
  try {
    for await (const item of open.items()) {
      const key = item['leaseKey']?.S ?? ''
      const [, shard] = ofShard.exec(key) ?? []
      if (shard === undefined || item['checkpoint']?.S === undefined) continue
      hasAny = true
      const ofOther = key !== shard && !key.includes(`:${name}:`)
      if (!ofOther) leases.set(shard, leaseOf(item, item['checkpoint'].S))
    }
  } finally {
    open.close()
  }
  if (hasAny) return leases
  throw new EvtError(`the table ${application} holds no leases of the Kinesis Client Library`, {
    code: 'usage',
    hint: 'name the application, which its table of leases is named after unless it says another',
  })
}

function leaseOf(item: Record<string, AttributeValue>, checkpoint: string): Lease {
  const owner = item['leaseOwner']?.S ?? null
  if (checkpoint === 'SHARD_END') return { start: 'ended', owner }
  if (checkpoint === 'TRIM_HORIZON') return { start: { at: 'beginning' }, owner }
  // LATEST and AT_TIMESTAMP: where it begins is where the shard was then, which nobody notes.
  if (!/^\d{1,128}$/.test(checkpoint)) return { start: undefined, owner }
  // Of an aggregate it may have taken a part, which comes again whole.
  const part = Number(item['checkpointSubSequenceNumber']?.N ?? 0)
  return { start: { at: part > 0 ? 'sequence' : 'after', sequence: checkpoint }, owner }
}
