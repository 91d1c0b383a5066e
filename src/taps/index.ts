import { isRemote, placesOf, withoutAlias } from '../archives/address.js'
import { type AwsService, resourceAddress } from '../aws/address.js'
import { isPipe } from './pipe.js'
import type { Tap } from './tap.js'

interface Where {
  cwd: string
  /** NAME → address, from evt.yaml. */
  aliases: Readonly<Record<string, string>>
}

interface TapEntry {
  readonly name: string
  takes(address: string, cwd: string): boolean | Promise<boolean>
  load(): Promise<{ tap: Tap }>
}

/** The first that takes an address. Add one: a file and a line here. */
export const taps: readonly TapEntry[] = [
  { name: 'stdin', takes: isPipe, load: () => import('./stdin.js') },
  { name: 'sqs', takes: isOf('sqs'), load: () => import('./sqs.js') },
  { name: 'sns', takes: isOf('sns'), load: () => import('./sns.js') },
  { name: 'eventbridge', takes: isOf('eventbridge'), load: () => import('./eventbridge.js') },
  { name: 'logs', takes: isOf('logs'), load: () => import('./logs.js') },
  { name: 'kinesis', takes: isOf('kinesis'), load: () => import('./kinesis.js') },
  { name: 'dynamodb', takes: isOf('dynamodb'), load: () => import('./dynamodb.js') },
  { name: 's3', takes: (address) => address.startsWith('s3://'), load: () => import('./s3.js') },
  { name: 'files', takes: (address) => !isRemote(address), load: () => import('./files.js') },
]

function isOf(service: AwsService): (address: string) => boolean {
  return (address) => resourceAddress(address)?.service === service
}

/** Whether an address is one of a service whose messages are tapped. */
export function isLive(address: string): boolean {
  return resourceAddress(address) !== undefined
}

/**
 * The tap for an address, and what it is to open: an alias of a service is what it stands for.
 *
 * @throws EvtError `usage` for a service that has none so far
 */
export async function tapFor(
  address: string,
  { cwd, aliases }: Where,
): Promise<{ tap: Tap; opens: string }> {
  const resource = withoutAlias(address, aliases)
  const opens = isRemote(resource) ? resource : address
  for (const entry of taps) {
    if (await entry.takes(opens, cwd)) return { tap: (await entry.load()).tap, opens }
  }
  await placesOf(opens, { cwd, aliases: {}, stdin: process.stdin })
  throw new Error(`no tap takes ${address}`)
}
