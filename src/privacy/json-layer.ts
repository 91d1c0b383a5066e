import { createHash } from 'node:crypto'
import type { JsonValue } from '../event/event.js'
import { jsonText, readJson } from '../event/json.js'
import { type Entry, type JsonNode, type ListNode, nodesOf, type ObjectNode } from './json-nodes.js'
import { type Nested, nestedText } from './nested-text.js'

interface Change {
  start: number
  end: number
  text: string
}

/** Texts that are JSON may hold texts that are JSON, but not endlessly. */
const MOST_NESTED = 16

/**
 * A JSON text that can be changed value by value while everything else stays as it is written, and
 * the JSON in its texts, which can be changed as well.
 */
export class JsonLayer {
  readonly root: JsonNode
  /** By the nodes whose texts they are. */
  readonly inner = new Map<JsonNode, JsonLayer>()
  readonly #changes = new Map<JsonNode | Entry, Change>()
  readonly #dropped = new Map<ListNode, Set<JsonNode>>()
  /** Of texts of events, which are asked for once for each event that a record holds. */
  readonly #canonical = new Map<JsonNode, string>()

  constructor(
    readonly text: string,
    /** The text that this one stands in. */
    readonly outer: { layer: JsonLayer; node: JsonNode; wrap: Nested['wrap'] } | null = null,
    depth = 0,
  ) {
    this.root = nodesOf(text)
    if (depth === MOST_NESTED) return
    for (const node of this.nodes()) {
      const value = node.kind === 'scalar' ? this.valueOf(node) : null
      const nested = typeof value === 'string' ? nestedText(value) : undefined
      if (!nested) continue
      const outside = { layer: this, node, wrap: nested.wrap }
      this.inner.set(node, new JsonLayer(nested.text, outside, depth + 1))
    }
  }

  /** The values of this text alone, in its order, but those that are dropped. */
  *nodes(): Generator<JsonNode> {
    const left: JsonNode[] = [this.root]
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      yield node
      const below = node.kind === 'list' ? node.items : entriesOf(node).map(({ value }) => value)
      const dropped = node.kind === 'list' ? this.#dropped.get(node) : undefined
      left.push(...below.filter((one) => !dropped?.has(one)).reverse())
    }
  }

  /** This text and all in it, outer ones first. */
  *layers(): Generator<JsonLayer> {
    yield this
    for (const node of this.nodes()) yield* this.inner.get(node)?.layers() ?? []
  }

  valueOf({ start, end }: JsonNode): JsonValue {
    const reading = readJson(this.text.slice(start, end))
    return reading.ok ? reading.value : null
  }

  /** A value in the one way in which evt writes it. */
  canonicalOf(node: JsonNode): string {
    const text = this.#canonical.get(node) ?? jsonText(this.valueOf(node))
    this.#canonical.set(node, text)
    return text
  }

  set(node: JsonNode, value: JsonValue): void {
    const { start, end } = node
    this.#changes.set(node, { start, end, text: JSON.stringify(value) })
  }

  isSet(node: JsonNode): boolean {
    return this.#changes.has(node)
  }

  rename(entry: Entry, name: string): void {
    const { nameStart: start, nameEnd: end } = entry
    this.#changes.set(entry, { start, end, text: JSON.stringify(name) })
  }

  /**
   * Takes an event out: the entry of the nearest list that it is in, and with the last entry what
   * the list is in.
   *
   * @returns whether nothing is left
   */
  drop(node: JsonNode): boolean {
    const { parent } = node
    if (!parent) return this.outer ? this.outer.layer.drop(this.outer.node) : true
    if (parent.kind === 'object') return this.drop(parent)
    const dropped = this.#dropped.get(parent) ?? new Set()
    this.#dropped.set(parent, dropped.add(node))
    return this.#isEmptied(parent) && this.drop(parent)
  }

  /** Whether nothing is left of a list, nor of those beside it: Kafka's records are an object of
   * lists, one a partition. */
  #isEmptied(list: ListNode): boolean {
    const left = (one: ListNode) => one.items.filter((item) => !this.#dropped.get(one)?.has(item))
    if (left(list).length > 0) return false
    const beside = list.parent?.kind === 'object' ? list.parent.entries : []
    return !beside.some(
      ({ value }) => value.kind === 'list' && left(value).some(({ kind }) => kind === 'object'),
    )
  }

  /** The text with all its changes; itself where there are none. */
  finished(): string {
    for (const [node, layer] of this.inner) {
      const text = layer.finished()
      if (text === layer.text || !layer.outer || this.#changes.has(node)) continue
      const wrapped = layer.outer.wrap(text)
      this.set(node, wrapped)
      this.#setChecksum(node, wrapped)
    }
    const changes = [...this.#changes.values(), ...this.#gaps()].sort((a, b) => a.start - b.start)
    const parts: string[] = []
    let at = 0
    for (const { start, end, text } of changes) {
      // What is inside of something that is dropped goes with it.
      if (start < at) continue
      parts.push(this.text.slice(at, start), text)
      at = end
    }
    return at === 0 && parts.length === 0 ? this.text : parts.join('') + this.text.slice(at)
  }

  /** What is cut out of lists, commas included. */
  #gaps(): Change[] {
    return [...this.#dropped].flatMap(([list, dropped]) =>
      gapsOf(list.items, (one) => dropped.has(one)),
    )
  }

  /** SQS and SNS say the MD5 of a body beside it. */
  #setChecksum({ parent }: JsonNode, body: string): void {
    if (parent?.kind !== 'object') return
    const sum = parent.entries.find(({ name }) => /^md5ofbody$/i.test(name))
    const isBody = parent.entries.some(
      ({ name, value }) => /^body$/i.test(name) && this.#changes.has(value),
    )
    if (sum && isBody && this.valueOf(sum.value) !== '') {
      this.set(sum.value, createHash('md5').update(body).digest('hex'))
    }
  }
}

/** What to cut of a list so that one comma stands between any two entries that stay. */
export function gapsOf<T extends { start: number; end: number }>(
  items: readonly T[],
  isDropped: (item: T) => boolean,
): Change[] {
  let isAnyKept = false
  return items.flatMap((item, n) => {
    if (!isDropped(item)) {
      isAnyKept = true
      return []
    }
    const [before, after] = [items[n - 1], items[n + 1]]
    if (isAnyKept && before) return [{ start: before.end, end: item.end, text: '' }]
    return [{ start: item.start, end: after ? after.start : item.end, text: '' }]
  })
}

function entriesOf(node: JsonNode): readonly ObjectNode['entries'][number][] {
  return node.kind === 'object' ? node.entries : []
}
