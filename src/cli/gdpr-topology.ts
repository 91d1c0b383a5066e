import * as Flags from '@oclif/core/flags'
import type { Topology } from '../topology/model.js'
import { ofAws } from './topology-flags.js'

/** Who receives what, for recipients of a subject's events. */
export const recipientFlags = {
  topology: Flags.string({
    helpValue: 'FILE|GLOB',
    multiple: true,
    multipleNonGreedy: true,
    description:
      'what is wired, to list who was sent these events: templates, what evt topology show -o ' +
      'json wrote, or aws:// to ask the account',
  }),
}

/**
 * What `--topology` names; undefined where it names nothing.
 *
 * @throws EvtError `usage` for what is no topology
 */
export async function topologyGiven(
  flags: {
    topology?: readonly string[] | undefined
    profile?: string | undefined
    region?: string | undefined
    'endpoint-url'?: string | undefined
  },
  signal: AbortSignal,
): Promise<Topology | undefined> {
  const { topology: given = [], profile, region, 'endpoint-url': endpointUrl } = flags
  if (given.length === 0) return undefined
  if (given.includes(ofAws)) {
    const { topologyOfAccounts } = await import('../topology/account/from-accounts.js')
    const of = (name: string | undefined) => (name === undefined ? [] : [name])
    const asked = { profiles: of(profile), regions: of(region), endpointUrl, signal }
    return topologyOfAccounts(asked)
  }
  const { topologyNamed } = await import('./topology-run.js')
  return topologyNamed(given, process.cwd())
}
