import type { JsonObject, JsonValue } from '../../event/event.js'
import type { GapKind } from '../model.js'
import type { Loaded } from './load.js'
import { isMapping, own, section } from './parse.js'
import { Stack, type World } from './stack.js'
import { qualified } from './tokens.js'

type OnGap = (kind: GapKind, at: string, explain: string) => void

/** All templates together: what one exports and another imports, and what is nested. */
export class Stacks implements World {
  readonly all = new Map<string, Stack>()
  readonly #children = new Map<string, Stack>()
  #exports: Map<string, JsonValue> | undefined

  constructor(
    roots: readonly Loaded[],
    readonly gap: OnGap,
  ) {
    for (const root of roots) this.#add(root, () => ({}))
  }

  imported(name: string): JsonValue | undefined {
    this.#exports ??= this.#exported()
    return this.#exports.get(name)
  }

  outputOf(stack: Stack, logicalId: string, output: string): JsonValue | undefined {
    const child = this.#children.get(`${stack.name}#${logicalId}`)
    const written = child && own(section(child.body, 'Outputs'), output)
    if (!child || !isMapping(written)) return undefined
    return qualified(child.resolve(written['Value'], output), child.name)
  }

  #add({ name, body, nested }: Loaded, given: () => JsonObject): void {
    const stack = new Stack(name, body, given, this)
    this.all.set(name, stack)
    for (const [id, child] of nested) {
      const parameters = () => {
        const values = stack.resource(id)?.properties['Parameters']
        return isMapping(values) ? values : {}
      }
      this.#add(child, () => qualified(parameters(), name) as JsonObject)
      const inner = this.all.get(child.name)
      if (inner) this.#children.set(`${name}#${id}`, inner)
    }
  }

  #exported(): Map<string, JsonValue> {
    const found = new Map<string, JsonValue>()
    for (const stack of this.all.values()) {
      for (const [id, output] of Object.entries(section(stack.body, 'Outputs'))) {
        if (!isMapping(output) || !isMapping(output['Export'])) continue
        const name = stack.resolve(output['Export']['Name'], id)
        if (typeof name !== 'string') continue
        found.set(name, qualified(stack.resolve(output['Value'], id), stack.name))
      }
    }
    return found
  }
}
