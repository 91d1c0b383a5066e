import { recordingLine } from '../envelopes/recording.js'
import type { Decoded, EventRecord, JsonValue } from '../event/event.js'
import { jsonText } from '../event/json.js'
import type { JsonPath } from '../event/json-path.js'
import type { JsonLayer } from './json-layer.js'
import type { JsonNode } from './json-nodes.js'

/** An event, and where it stands in its record. */
export interface PlacedEvent {
  event: EventRecord
  place: { layer: JsonLayer; node: JsonNode } | undefined
  /** What stands there for its document, where that is elsewhere. */
  pointer?: JsonValue | undefined
}

/** The records of a text, and the text that they stand in; undefined where the column that holds
 * them is no JSON. The entries of a list are records, as they are for every reader. */
export function recordsOf(
  whole: JsonLayer,
  column: string | undefined,
): { layer: JsonLayer; records: readonly JsonNode[] } | undefined {
  if (column === undefined) return { layer: whole, records: recordsIn(whole.root) }
  const { root } = whole
  const cell = root.kind === 'object' && root.entries.find(({ name }) => name === column)?.value
  if (!cell) return undefined
  // DuckDB's own type of JSON stands there as it is, not as a text.
  if (cell.kind !== 'scalar') return { layer: whole, records: recordsIn(cell) }
  const layer = whole.inner.get(cell)
  return layer && { layer, records: recordsIn(layer.root) }
}

function recordsIn(root: JsonNode): readonly JsonNode[] {
  return root.kind === 'list' ? root.items : [root]
}

/** Where a document stands in a record, or in the JSON in its texts. */
export function placeOf(document: JsonValue, root: JsonLayer, taken: Set<JsonNode>) {
  const wanted = jsonText(document)
  for (const layer of root.layers()) {
    for (const node of layer.nodes()) {
      if (node.kind !== 'object' || taken.has(node)) continue
      if (layer.canonicalOf(node) !== wanted) continue
      taken.add(node)
      return { layer, node }
    }
  }
  return undefined
}

/** A document and the objects that it is in, across texts. */
export function* around(
  place: PlacedEvent['place'],
): Generator<{ layer: JsonLayer; node: JsonNode }> {
  if (!place) return
  let { layer, node } = place
  for (;;) {
    if (node.kind === 'object') yield { layer, node }
    const outer = node.parent ? { layer, node: node.parent } : layer.outer
    if (!outer) return
    layer = outer.layer
    node = outer.node
  }
}

/** All of them: a name may occur twice. */
export function nodesAt(root: JsonNode, path: JsonPath): JsonNode[] {
  return path.reduce<JsonNode[]>(
    (nodes, step) => nodes.flatMap((node) => stepsOf(node, step)),
    [root],
  )
}

function stepsOf(node: JsonNode, step: string | number): JsonNode[] {
  if (node.kind === 'object') {
    return node.entries.filter(({ name }) => name === step).map(({ value }) => value)
  }
  const item = node.kind === 'list' && typeof step === 'number' ? node.items[step] : undefined
  return item ? [item] : []
}

/** What nobody can read of a record: a recording has it beside what it says itself, such as numbers
 * of records, which are none of anybody. */
export function unreadTexts(value: JsonValue, decoded: readonly Decoded[]): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)]
  if (decoded.length === 0 || decoded.some(({ kind }) => kind === 'event')) return []
  const found = recordingLine(value)
  const unread = found?.is === 'record' ? found.line.undecodable : undefined
  return unread ? [unread.head, unread.text ?? '', unread.base64 ?? ''] : [jsonText(value)]
}
