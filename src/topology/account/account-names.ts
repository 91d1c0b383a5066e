import { type Named, namedBy, namedByPattern } from '../arn.js'
import { globMatches } from '../glob.js'
import type { NodeKind } from '../model.js'
import type { Place, Places } from './places.js'

/** Buckets have one name in all regions. */
const everywhere: ReadonlySet<NodeKind> = new Set(['bucket'])

/** Kinds that services list all of. */
const listed: ReadonlySet<NodeKind> = new Set([
  ...(['bus', 'topic', 'queue', 'stream', 'function', 'firehose', 'stateMachine'] as const),
  ...(['apiDestination', 'pipe', 'table'] as const),
])

interface Known extends Place {
  readonly id: string
  readonly kind: NodeKind
  readonly name: string
}

/** The nodes of accounts, by what their ARNs and names say. */
export class AccountNames {
  readonly #byArn = new Map<string, string>()
  readonly #byName = new Map<string, Known>()

  constructor(
    readonly places: Places,
    /** By name of a stack: where it is. */
    readonly placeOf: ReadonlyMap<string, Place>,
  ) {}

  /** What a node is called that is, or would be, at a place. */
  called(kind: NodeKind, name: string, place: Place): string {
    return everywhere.has(kind) ? name : this.places.called(name, place)
  }

  /** Whether all that there is of a kind at a place is known, as far as services told. */
  isAsked(kind: NodeKind, { account, region }: Place): boolean {
    const asked = [...this.placeOf.values()]
    return listed.has(kind) && asked.some((one) => one.account === account && one.region === region)
  }

  add(node: Known & { readonly arn: string }): void {
    const { arn, kind, name } = node
    this.#byArn.set(arn, node.id)
    this.#byName.set(keyOf(kind, name, node), node)
  }

  /** The node of an ARN, or of what it names. */
  find(value: string, from: Place): string | undefined {
    const named = namedBy(value)
    return this.#byArn.get(value) ?? (named && this.named(named, from))
  }

  named({ kind, name, ...where }: Named, from: Place): string | undefined {
    return this.#byName.get(keyOf(kind, name, placeIn(where, from)))?.id
  }

  /** Those whose names and places a pattern in an ARN speaks of. */
  matching(pattern: string): string[] {
    const [, , , region = '', account = ''] = pattern.split(':')
    const all = namedByPattern(pattern)
    const isPlace = (written: string, place: string) =>
      written === '' || globMatches(written, place)
    return [...this.#byName.values()]
      .filter((node) => {
        return all.some(({ kind, name }) => kind === node.kind && globMatches(name, node.name))
      })
      .filter((node) => isPlace(region, node.region) && isPlace(account, node.account))
      .map(({ id }) => id)
  }
}

/** Where an ARN does not say it, it is where it was read. */
export function placeIn(named: Pick<Named, 'account' | 'region'>, from: Place): Place {
  return { account: named.account ?? from.account, region: named.region ?? from.region }
}

function keyOf(kind: NodeKind, name: string, { account, region }: Place): string {
  return everywhere.has(kind) ? `${kind}:${name}` : `${kind}:${account}:${region}:${name}`
}
