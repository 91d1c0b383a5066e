import { isRemote, placesOf } from '../archives/address.js'
import { isPipe } from './pipe.js'
import type { Tap } from './tap.js'

interface TapEntry {
  readonly name: string
  takes(address: string, cwd: string): boolean | Promise<boolean>
  load(): Promise<{ tap: Tap }>
}

/** The first that takes an address. Add one: a file and a line here. */
export const taps: readonly TapEntry[] = [
  { name: 'stdin', takes: isPipe, load: () => import('./stdin.js') },
  { name: 'files', takes: (address) => !isRemote(address), load: () => import('./files.js') },
]

/**
 * The tap for an address.
 *
 * @throws EvtError `usage` for a service that has none so far
 */
export async function tapFor(address: string, cwd: string): Promise<Tap> {
  for (const entry of taps) {
    if (await entry.takes(address, cwd)) return (await entry.load()).tap
  }
  await placesOf(address, { cwd, aliases: {}, stdin: process.stdin })
  throw new Error(`no tap takes ${address}`)
}
