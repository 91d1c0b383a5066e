import type { JsonObject, JsonValue } from '../../event/event.js'
import type { GapKind } from '../model.js'
import { functions, NO_VALUE, type Resolved } from './intrinsics.js'
import { isMapping, own, section } from './parse.js'
import { token } from './tokens.js'

/** What a template needs to know of others. */
export interface World {
  /** The value that some template exports under a name, as others read it. */
  imported(name: string): JsonValue | undefined
  /** An output of a nested stack; undefined where it is not known. */
  outputOf(stack: Stack, logicalId: string, output: string): JsonValue | undefined
  gap(kind: GapKind, at: string, explain: string): void
}

export interface Resource {
  readonly stack: Stack
  readonly logicalId: string
  readonly type: string
  /** As they are deployed, as far as the template tells. */
  readonly properties: JsonObject
  /** `template.yaml#Orders`. */
  readonly at: string
}

/** Templates that are nested deeper than this are cut there. */
const MOST_DEPTH = 150

/** One template with its parameters: what its values are. */
export class Stack {
  readonly parameters: JsonObject
  #given: JsonObject | undefined
  readonly #conditions = new Map<string, boolean | undefined>()
  readonly #resources = new Map<string, Resource | undefined>()

  /** @param ask for the values of parameters, as this template reads them */
  constructor(
    readonly name: string,
    readonly body: JsonObject,
    private readonly ask: () => JsonObject,
    readonly world: World,
  ) {
    this.parameters = section(body, 'Parameters')
  }

  /** Parameters that are known by who nests this template. */
  get given(): JsonObject {
    if (this.#given === undefined) {
      // Templates whose parameters come of each other's outputs know nothing of them.
      this.#given = {}
      this.#given = this.ask()
    }
    return this.#given
  }

  gap(kind: GapKind, logicalId: string, explain: string): void {
    this.world.gap(kind, `${this.name}#${logicalId}`, explain)
  }

  /** The logical ids that are deployed, as far as conditions tell. */
  logicalIds(): string[] {
    return Object.keys(section(this.body, 'Resources'))
  }

  declares(logicalId: string): boolean {
    return Object.hasOwn(section(this.body, 'Resources'), logicalId)
  }

  typeOf(logicalId: string): string | undefined {
    const resource = own(section(this.body, 'Resources'), logicalId)
    const type = isMapping(resource) ? resource['Type'] : undefined
    return typeof type === 'string' ? type : undefined
  }

  /** Undefined for what is not there, or not by its condition. */
  resource(logicalId: string): Resource | undefined {
    if (!this.#resources.has(logicalId)) {
      this.#resources.set(logicalId, this.#read(logicalId))
    }
    return this.#resources.get(logicalId)
  }

  #read(logicalId: string): Resource | undefined {
    const raw = own(section(this.body, 'Resources'), logicalId)
    const type = this.typeOf(logicalId)
    if (!this.declares(logicalId) || !isMapping(raw) || type === undefined) return undefined
    if (!this.isThere(raw, logicalId)) return undefined
    const resolved = this.resolve(raw['Properties'] ?? {}, logicalId)
    const properties = isMapping(resolved) ? resolved : {}
    return { stack: this, logicalId, type, properties, at: `${this.name}#${logicalId}` }
  }

  /** Whether a resource is deployed by its condition; where nobody can tell, it is. */
  isThere(raw: JsonObject, logicalId: string): boolean {
    const condition = raw['Condition']
    if (typeof condition !== 'string') return true
    const holds = this.condition(condition)
    if (holds === undefined) {
      const explain = `whether the condition ${condition} holds is not known: it is taken as there`
      this.gap('condition', logicalId, explain)
    }
    if (holds === false) {
      this.gap('condition', logicalId, `left out: the condition ${condition} does not hold`)
    }
    return holds !== false
  }

  /** Undefined where it depends on what is not known. */
  condition(name: string): boolean | undefined {
    if (!this.#conditions.has(name)) {
      this.#conditions.set(name, undefined)
      const value = this.resolve(own(section(this.body, 'Conditions'), name), name)
      this.#conditions.set(name, typeof value === 'boolean' ? value : undefined)
    }
    return this.#conditions.get(name)
  }

  /** The value as it is deployed; what is not known stands in it as a token.
   * @param at the logical id that it is asked for */
  resolve(value: JsonValue | undefined, at: string): JsonValue {
    const resolved = this.evaluate(value, { at, depth: 0 })
    return resolved === NO_VALUE ? null : resolved
  }

  evaluate(value: JsonValue | undefined, context: { at: string; depth: number }): Resolved {
    if (value === undefined) return NO_VALUE
    if (typeof value !== 'object' || value === null) return value
    const inner = { at: context.at, depth: context.depth + 1 }
    if (inner.depth > MOST_DEPTH) {
      this.gap('value', inner.at, `nested deeper than ${MOST_DEPTH}: what is below is left out`)
      return null
    }
    if (Array.isArray(value)) {
      return value.flatMap((each) => {
        const resolved = this.evaluate(each, inner)
        return resolved === NO_VALUE ? [] : [resolved]
      })
    }
    const [only, ...others] = Object.keys(value)
    if (only !== undefined && others.length === 0) {
      const evaluate = functions.get(only)
      if (evaluate) return evaluate(value[only] ?? null, this, inner)
      if (only.startsWith('Fn::')) {
        this.gap('transform', inner.at, `the function ${only} cannot be read`)
        return token(only.replaceAll(/[#{}.]/g, ''))
      }
    }
    return this.#mapping(value, inner)
  }

  #mapping(value: JsonObject, inner: { at: string; depth: number }): JsonObject {
    const entries: [string, JsonValue][] = []
    for (const [key, each] of Object.entries(value)) {
      if (/^Fn::(Transform|ForEach)/.test(key)) {
        this.gap('transform', inner.at, `${key} cannot be expanded: what it makes is not known`)
        continue
      }
      const resolved = this.evaluate(each, inner)
      if (resolved !== NO_VALUE) entries.push([key, resolved])
    }
    return Object.fromEntries(entries)
  }
}
