import type { OpenIndex } from '../archive-index/open-index.js'
import { indexedEntities, placeObjects } from '../archive-index/relations.js'
import { openDuckdb } from '../engines/duckdb.js'
import type { Register } from '../erased/register.js'

/** How often an index names somebody who was erased. It keeps what the archive has, since whoever
 * asks the archive for somebody has to find them; but that they are back is told. */
export async function erasedAgain(
  index: OpenIndex,
  register: Register,
  memoryLimitBytes: number,
): Promise<number> {
  const sql = indexedEntities(index)
  if (sql === null) return 0
  const duckdb = await openDuckdb({ memoryLimitBytes })
  try {
    await placeObjects(duckdb, index)
    let events = 0
    for await (const chunk of duckdb.chunks(sql)) {
      for (const [entity, count] of chunk.getRows()) {
        if (register.hasAny([String(entity)])) events += Number(count)
      }
    }
    return events
  } finally {
    await duckdb.close()
  }
}
