import type { JsonValue } from '../event/event.js'
import { type JsonPath, valueAt } from '../event/json-path.js'
import type { Level } from './chain-sql.js'

const MAX_SIGNS = 16

/**
 * DuckDB makes the same struct of NULLs of `{}`, of `5` and of an object without the fields that
 * are wanted, so a record is known to have an object only by something in it. Where none of the
 * leaves is in the objects of a sampled record, this adds one that is.
 *
 * @param samples for each sampled record of the chain, the documents of its layers
 */
export function addSigns(
  levels: readonly Level[],
  samples: readonly (readonly JsonValue[])[],
): void {
  let added = 0
  for (const documents of samples) {
    for (const [n, level] of levels.entries()) {
      const document = documents[n]
      for (const path of objectsOf(level)) {
        if (document === undefined || added >= MAX_SIGNS) continue
        if (!hasLeaf(level, path, document) && addSign(level, path, document)) added++
      }
    }
  }
}

/** The places that are an object in every document of a level, and are read in parts. */
function objectsOf({ envelope, tree }: Level): JsonPath[] {
  if (envelope.when.length === 0) return [[]]
  const objects = envelope.when.filter(({ path, is }) => is === 'object' && tree.isStruct(path))
  return objects.map(({ path }) => path)
}

function hasLeaf({ tree }: Level, path: JsonPath, document: JsonValue): boolean {
  return tree.leavesBelow(path).some((leaf) => (valueAt(document, leaf) ?? null) !== null)
}

function addSign({ tree }: Level, path: JsonPath, document: JsonValue): boolean {
  const object = valueAt(document, path)
  if (typeof object !== 'object' || object === null) return false
  return Object.entries(object).some(
    ([key, value]) => value !== null && typeof value !== 'object' && tree.add([...path, key]),
  )
}
