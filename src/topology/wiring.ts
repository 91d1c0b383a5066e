import type { JsonValue } from '../event/event.js'
import { type AccountNames, placeIn } from './account/account-names.js'
import type { Place } from './account/places.js'
import { type Named, namedBy, namedByPattern } from './arn.js'
import type { TopologyBuilder } from './builder.js'
import { globMatches } from './glob.js'
import type { NodeFacts, NodeKind } from './model.js'
import { own } from './template/parse.js'
import type { Resource, Stack } from './template/stack.js'
import { hasToken, onlyToken, type Token, tokensIn } from './template/tokens.js'

/** Types whose resources stand for another one, and the property that names it. */
const standIns: Readonly<Record<string, string>> = {
  'AWS::Lambda::Alias': 'FunctionName',
  'AWS::Lambda::Version': 'FunctionName',
  'AWS::Lambda::Url': 'TargetFunctionArn',
}

/** What settings of functions name without an ARN. */
const mentionable: readonly NodeKind[] = ['bus', 'queue', 'topic', 'stream']

interface Mentioned {
  readonly text: string
  readonly kinds: readonly NodeKind[]
}

function knownIn(names: AccountNames, place: Place, { text, kinds }: Mentioned): string[] {
  const named = namedBy(text)
  if (named) return [names.find(text, place)].flatMap((id) => id ?? [])
  const of = (kind: NodeKind): Named => ({
    kind,
    name: text,
    account: undefined,
    region: undefined,
  })
  return kinds.flatMap((kind) => names.named(of(kind), place) ?? [])
}

/** Who is named, by a property of a resource. */
export interface Reference {
  /** As a reader would call it: `the target of the rule`. */
  readonly what: string
  /** What a bare name is the name of. */
  readonly kind?: NodeKind | undefined
  /** Whether it may well be gone, as what a role speaks of. */
  readonly mayLack?: boolean
}

/** Finds out what the values in templates refer to. */
export class Wiring {
  readonly #ids = new Map<string, string>()
  readonly #physical = new Map<string, string>()
  readonly #mentioned = new Map<string, readonly string[]>()
  readonly #holders = new Map<string, string[]>()

  constructor(
    readonly builder: TopologyBuilder,
    readonly stacks: ReadonlyMap<string, Stack>,
    /** Where resources are of accounts, which know places and ARNs. */
    readonly names?: AccountNames,
  ) {}

  /** @param name what the resource is called; where that is not known, its logical id is */
  declare(
    resource: Resource,
    kind: NodeKind,
    { name, facts }: { name?: JsonValue | undefined; facts?: NodeFacts | undefined },
  ): void {
    const { at, logicalId, stack } = resource
    const physical = typeof name === 'string' && name !== '' ? name : undefined
    const place = this.#placeOf(resource)
    if (place && this.names) {
      const bare = physical ?? logicalId
      const called = this.names.called(kind, bare, place)
      const id = this.builder.declare({ kind, name: called, at, facts })
      this.#ids.set(`${stack.name}#${logicalId}`, id)
      const { account, region } = place
      this.names.add({ arn: at, id, kind, name: bare, account, region })
      return
    }
    const isKnown = physical !== undefined && !hasToken(physical)
    const isNamed = (isKnown && physical === logicalId) || undefined
    const named = { kind, name: isKnown ? physical : logicalId, at }
    const id = this.builder.declare({ ...named, facts: isNamed ? { ...facts, isNamed } : facts })
    this.#ids.set(`${stack.name}#${logicalId}`, id)
    if (physical !== undefined) this.#physical.set(`${kind}:${physical}`, id)
  }

  /** The node that a resource is. */
  idOf({ stack, logicalId }: Resource): string {
    const id = this.#ids.get(`${stack.name}#${logicalId}`)
    if (id === undefined) throw new Error(`${stack.name}#${logicalId} is no node`)
    return id
  }

  /** The node that a value names; undefined where it names none. What is not here is a node all the
   * same, and what is not known is one and a gap. */
  find(from: Resource, value: JsonValue | undefined, of: Reference): string | undefined {
    if (typeof value !== 'string' || value === '') return undefined
    const place = this.#placeOf(from)
    if (place) return this.#inAccount(from, value, { ...of, place })
    const token = onlyToken(value)
    if (token) return this.#ofToken(from, token, of)
    const named = namedBy(value)
    if (!named) {
      if (of.kind !== undefined) return this.#ofName(of.kind, value)
      return this.#unknown(from, value, of)
    }
    const inner = onlyToken(named.name)
    if (inner) return this.#ofToken(from, inner, { ...of, kind: named.kind })
    const isElsewhere = named.kind === 'bus' && named.name === 'default' && named.account
    if (isElsewhere) return this.builder.refer('bus', `default@${named.account}`)
    return this.#ofName(named.kind, named.name)
  }

  /**
   * The nodes here that a text speaks of, wherever in it; nothing is made of what is not known.
   *
   * @param kinds what a bare name may be of
   */
  known(from: Resource, text: string, kinds = mentionable): string[] {
    const place = this.#placeOf(from)
    if (place && this.names) return knownIn(this.names, place, { text, kinds })
    const ofTokens = tokensIn(text).flatMap((token) => this.#resourceNode(from, token) ?? [])
    if (ofTokens.length > 0) return ofTokens
    const named = namedBy(text)
    const name = named?.name ?? text
    return (named ? [named.kind] : kinds).flatMap(
      (kind) => this.#physical.get(`${kind}:${name}`) ?? [],
    )
  }

  /** The nodes here whose names a pattern in an ARN speaks of. */
  matching(pattern: string): string[] {
    if (this.names) return this.names.matching(pattern)
    return namedByPattern(pattern).flatMap((named) => {
      const nodes = this.builder.named(named.kind)
      return nodes.filter(({ name }) => globMatches(named.name, name)).map(({ id }) => id)
    })
  }

  /** The default bus of where a resource is. */
  defaultBus(from: Resource): string {
    const place = this.#placeOf(from)
    return place ? this.#referAt('bus', 'default', place) : this.builder.defaultBus()
  }

  /** Notes which nodes the settings of another one speak of. */
  mention(id: string, others: readonly string[]): void {
    this.#mentioned.set(id, others)
  }

  mentionedBy(id: string): readonly string[] {
    return this.#mentioned.get(id) ?? []
  }

  /** The logical id, with its template, that a value names. */
  keyOf(from: Resource, value: JsonValue | undefined): string | undefined {
    if (typeof value !== 'string') return undefined
    const token = onlyToken(value)
    return token ? `${token.stack ?? from.stack.name}#${token.name}` : value
  }

  /** Says that a node acts with a role. */
  hold(from: Resource, role: JsonValue | undefined, id: string): void {
    const key = this.keyOf(from, role)
    if (key !== undefined) this.#holders.set(key, [...(this.#holders.get(key) ?? []), id])
  }

  holders(key: string): readonly string[] {
    return this.#holders.get(key) ?? []
  }

  #placeOf({ stack }: Resource): Place | undefined {
    return this.names?.placeOf.get(stack.name)
  }

  #inAccount(
    from: Resource,
    value: string,
    { place, kind = 'unknown', what, mayLack = false }: Reference & { readonly place: Place },
  ): string {
    const found = this.names?.find(value, place)
    if (found !== undefined) return found
    const bare = { kind, name: value, account: undefined, region: undefined }
    const named = namedBy(value) ?? bare
    const there = this.names?.named(named, place)
    if (there !== undefined) return there
    const where = placeIn(named, place)
    const id = this.#referAt(named.kind, named.name, where)
    if (!mayLack && this.names?.isAsked(named.kind, where)) {
      from.stack.gap('reference', from.logicalId, `has ${what}, ${id}, which is not there`)
    }
    return id
  }

  #referAt(kind: NodeKind, name: string, place: Place): string {
    return this.builder.refer(kind, this.names?.called(kind, name, place) ?? name)
  }

  #ofName(kind: NodeKind, name: string): string {
    if (kind === 'bus' && name === 'default') return this.builder.defaultBus()
    return this.#physical.get(`${kind}:${name}`) ?? this.builder.refer(kind, name)
  }

  #ofToken(from: Resource, token: Token, of: Reference): string | undefined {
    const id = this.#resourceNode(from, token)
    if (id !== undefined) return id
    const stack = this.#stackOf(from, token)
    const { name } = token
    if (stack?.declares(name)) {
      if (stack.resource(name) === undefined) {
        from.stack.gap('condition', from.logicalId, `${of.what} is ${name}, which is left out`)
        return undefined
      }
      const type = stack.typeOf(name) ?? ''
      from.stack.gap('type', from.logicalId, `${of.what} is of ${name}, a ${type}`)
      return this.builder.refer(of.kind ?? 'unknown', token.text)
    }
    return this.#unknown(from, token.text, of)
  }

  #unknown(from: Resource, text: string, { what, kind }: Reference): string {
    const token = onlyToken(text)
    const name = token?.name ?? ''
    const { stack } = from
    if (token && Object.hasOwn(stack.parameters, name)) {
      const why = `${what} is the parameter ${name}, which has no default that tells`
      stack.gap('parameter', from.logicalId, why)
    } else if (!name.startsWith('import:')) {
      stack.gap('value', from.logicalId, `${what} is ${text}, which is not known here`)
    }
    return this.builder.refer(kind ?? 'unknown', text)
  }

  #stackOf(from: Resource, token: Token): Stack | undefined {
    return token.stack === undefined ? from.stack : this.stacks.get(token.stack)
  }

  #resourceNode(from: Resource, token: Token): string | undefined {
    const stack = this.#stackOf(from, token)
    if (!stack) return undefined
    const id = this.#ids.get(`${stack.name}#${token.name}`)
    if (id !== undefined) return id
    const property = own(standIns, stack.typeOf(token.name) ?? '')
    const resource = property === undefined ? undefined : stack.resource(token.name)
    if (property === undefined || !resource) return undefined
    const value = resource.properties[property]
    const inner = typeof value === 'string' ? onlyToken(value) : undefined
    // Two of them that stand for each other lead nowhere.
    const innerType = inner && this.#stackOf(resource, inner)?.typeOf(inner.name)
    if (inner && own(standIns, innerType ?? '') === undefined) {
      return this.#resourceNode(resource, inner)
    }
    if (inner) return this.#throughVersion(resource, inner)
    if (typeof value !== 'string') return undefined
    return this.#ofName('function', namedBy(value)?.name ?? value)
  }

  /** An alias names the version, and that the function. */
  #throughVersion(from: Resource, token: Token): string | undefined {
    const stack = this.#stackOf(from, token)
    const value = stack?.resource(token.name)?.properties['FunctionName']
    const inner = typeof value === 'string' ? onlyToken(value) : undefined
    return inner && stack ? this.#ids.get(`${inner.stack ?? stack.name}#${inner.name}`) : undefined
  }
}
