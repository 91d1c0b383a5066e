import { loadConfig } from '../config/load.js'
import { EvtError } from '../errors.js'
import { checked } from '../topology/check.js'
import type { TopologyResult } from '../topology/model.js'
import { topologyOfTemplates } from '../topology/from-templates.js'

interface TypedTopology {
  template?: readonly string[] | undefined
  config?: string | undefined
}

/**
 * The topology that was asked for, with what is wrong in it.
 *
 * @throws EvtError `usage` for what is no template, `inconclusive` where there is nothing in it
 */
export async function topologyAsked(flags: TypedTopology): Promise<TopologyResult> {
  const [cwd, env] = [process.cwd(), process.env]
  const given = flags.template ?? []
  const { topology } = await loadConfig({ file: flags.config, cwd, env })
  if (given.length === 0) {
    const hint = 'name templates with --template FILE, such as --template cdk.out'
    throw new EvtError('no topology is asked for', { code: 'usage', hint })
  }
  const found = await topologyOfTemplates(given, cwd)
  if (found.edges.length === 0 && !found.nodes.some(({ at }) => at !== null)) {
    const message = `nothing in ${found.sources.join(', ')} sends or receives events`
    throw new EvtError(message, { code: 'inconclusive' })
  }
  return checked(found, topology?.suppress ?? [])
}
