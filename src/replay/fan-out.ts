import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'
import { parseJson } from '../event/json.js'
import type { OpenSink } from '../sinks/sink.js'
import { namedBy } from '../topology/arn.js'
import { Graph } from '../topology/graph.js'
import { guardsOf } from '../topology/guards.js'
import type { TopologyEdge } from '../topology/model.js'

/** Who gets what a target takes, as far as AWS and templates tell. */
export interface FanOut {
  readonly names: readonly string[]
  /** Rules whose patterns match what has the mark of a replay like anything else. */
  readonly unguarded: readonly string[]
  /** Why nobody could tell: AWS may not be asked, or templates do not have the target. */
  readonly unknown: string | null
}

/** Where the mark of a replay is on a bus. */
const MARK = 'detail.replay-name'

/** @throws EvtError `usage` for templates that are none */
export async function fanOutOf(
  sink: OpenSink,
  { templates, cwd }: { templates: readonly string[]; cwd: string },
): Promise<FanOut> {
  const told = await toldByAws(sink)
  const inTemplates = await toldByTemplates(sink, templates, cwd)
  const found = [...told.found, ...(inTemplates ?? [])]
  const unguarded = found.filter(({ when }) => when !== undefined && !isGuarded(when))
  const strange = inTemplates ? null : `${templates.join(' ')} does not declare ${sink.target}`
  const names = (of: readonly Found[]) => [...new Set(of.map(({ name }) => name))].sort()
  return { names: names(found), unguarded: names(unguarded), unknown: told.unknown ?? strange }
}

interface Found {
  readonly name: string
  /** The pattern of a rule. */
  readonly when?: JsonValue
}

/** What may not be asked is no reason to send nothing. */
async function toldByAws(sink: OpenSink): Promise<{ found: Found[]; unknown: string | null }> {
  try {
    const fans = (await sink.fans?.()) ?? []
    const found = fans.map(({ name, pattern }) =>
      pattern === undefined ? { name } : { name, when: parseJson(pattern) },
    )
    return { found, unknown: null }
  } catch (error) {
    if (!(error instanceof EvtError) || error.code === 'interrupted') throw error
    return { found: [], unknown: error.message }
  }
}

/** Undefined where they do not know the target. */
async function toldByTemplates(
  { arn }: OpenSink,
  templates: readonly string[],
  cwd: string,
): Promise<Found[] | undefined> {
  if (templates.length === 0) return []
  const { topologyOfTemplates } = await import('../topology/from-templates.js')
  const graph = new Graph(await topologyOfTemplates(templates, cwd))
  const named = arn === undefined ? undefined : namedBy(arn)
  const id = named && `${named.kind}:${named.name}`
  if (id === undefined || !graph.node(id)) return undefined
  const edges = graph.out(id)
  return edges.filter((edge) => isFan(edge, graph)).map((edge) => foundBy(edge, graph))
}

function isFan({ via, to, facts }: TopologyEdge, graph: Graph): boolean {
  const isOff = facts.isDisabled === true || graph.node(to)?.facts.isDisabled === true
  return !isOff && ['rule', 'subscription', 'mapping', 'consumer', 'source'].includes(via)
}

function foundBy({ via, to, when }: TopologyEdge, graph: Graph): Found {
  const name = graph.node(to)?.name ?? to
  return via === 'rule' ? { name, when } : { name }
}

function isGuarded(when: JsonValue): boolean {
  return guardsOf(when).some(({ field }) => field === MARK)
}
