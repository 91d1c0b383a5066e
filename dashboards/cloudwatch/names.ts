import type { Topology, TopologyNode } from '../../src/topology/model.js'
import { safeText } from '../../src/ui/safe-text.js'
import { placeholder } from './placeholder.js'

/** A node whose name is known only when it is deployed. */
export interface Unnamed {
  readonly parameter: string
  /** What CloudWatch wants to know of it. */
  readonly what: 'name' | 'ARN'
  readonly kind: string
  readonly logicalId: string
  readonly at: string
}

/** What nodes are called in CloudWatch's dimensions. */
export class Names {
  readonly unnamed: readonly Unnamed[]
  readonly #parameters = new Map<string, string>()

  /** @param given physical names by logical id */
  constructor(
    { nodes }: Pick<Topology, 'nodes'>,
    private readonly given: ReadonlyMap<string, string>,
  ) {
    const unnamed: Unnamed[] = []
    const taken = new Set<string>()
    for (const node of nodes) {
      const { id, kind, name, at } = node
      const logicalId = logicalIdOf(node)
      if (logicalId === undefined || given.has(logicalId) || !hasMetrics.has(kind)) continue
      // Terraform's variables begin with a letter.
      const letters = name.replace(/[^A-Za-z0-9]/g, '').replace(/^(?=\d)/, 'R')
      const what = kind === 'stateMachine' ? 'ARN' : 'name'
      const suffix = what === 'ARN' ? 'Arn' : 'Name'
      const base = `${letters.slice(0, MOST_CHARACTERS)}${suffix}`
      let parameter = base
      for (let n = 2; taken.has(parameter); n++) parameter = `${base}${n}`
      taken.add(parameter)
      this.#parameters.set(id, parameter)
      unnamed.push({ parameter, what, kind, logicalId, at: safeText(at ?? '') })
    }
    this.unnamed = unnamed
  }

  /** As a value of a dimension: the name, or a placeholder for it. */
  of(node: TopologyNode): string {
    const parameter = this.#parameters.get(node.id)
    if (parameter !== undefined) return placeholder(parameter)
    const logicalId = logicalIdOf(node)
    if (node.kind === 'stateMachine' && node.at?.startsWith('arn:')) return safeText(node.at)
    return (logicalId === undefined ? undefined : this.given.get(logicalId)) ?? safeText(node.name)
  }
}

/** Of a parameter, with room for a number behind it. */
const MOST_CHARACTERS = 200

const hasMetrics = new Set([
  ...['bus', 'rule', 'topic', 'queue', 'stream', 'consumer', 'function', 'pipe', 'table'],
  ...['firehose', 'stateMachine'],
])

/** The logical id of what a template gives no name: it stands for one then. */
function logicalIdOf({ kind, name, at, facts }: TopologyNode): string | undefined {
  // An ARN has the account in it, which no template knows.
  if (kind === 'stateMachine') return /#([^#]+)$/.exec(at ?? '')?.[1]
  if (facts.isNamed === true) return undefined
  return typeof at === 'string' && at.endsWith(`#${name}`) ? name : undefined
}

/** Whether CloudWatch can have metrics under this name in this account. */
export function isOfAccount({ name }: TopologyNode): boolean {
  return !/[$@{}]/.test(name) && name.length <= 255
}
