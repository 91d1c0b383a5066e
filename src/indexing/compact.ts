import { join } from 'node:path'
import { type Manifest, type Part, partKinds } from '../archive-index/manifest.js'
import type { Duckdb } from '../engines/duckdb.js'
import { POSITION_BITS } from '../engines/events-table.js'
import { quoteFile } from '../engines/leaf-tree.js'
import type { IndexWriter } from './index-writer.js'

/** Parts below this size are put together once there are more than a few in one place. */
const SMALL_BYTES = 4e6
const MOST_SMALL = 8
/** Of the rows of events, those of objects that are gone; above it all is written again. */
const MOST_DEAD_SHARE = 0.25

/** Puts small parts together, without the rows of objects that are gone. What they were put
 * together from stays where it is until the next build: others may be reading it. */
export async function compact(
  duckdb: Duckdb,
  writer: IndexWriter,
  { folder, manifest }: { folder: string; manifest: Manifest },
): Promise<void> {
  const isWorn = deadShare(manifest) > MOST_DEAD_SHARE
  const wanted = partKinds.map((kind) => {
    const parts = manifest.parts[kind]
    return { kind, parts: isWorn ? parts : crowded(parts) }
  })
  if (wanted.every(({ parts }) => parts.length === 0)) return
  await duckdb.rows(
    `CREATE OR REPLACE TEMP TABLE live AS SELECT unnest(from_json($1, '["BIGINT"]')) AS number`,
    [JSON.stringify(manifest.objects.map(({ number }) => number))],
  )
  for (const { kind, parts } of wanted) {
    if (parts.length === 0) continue
    const files = parts.map(({ file }) => quoteFile(join(folder, file))).join(', ')
    const rows = `(FROM read_parquet([${files}], hive_partitioning = false)
      WHERE pos >> ${POSITION_BITS} IN (SELECT number FROM live))`
    const gone = new Set(parts)
    manifest.parts[kind] = manifest.parts[kind].filter((part) => !gone.has(part))
    await writer.rewrite(kind, rows)
  }
}

function deadShare({ objects, parts }: Manifest): number {
  const rows = parts.events.reduce((sum, part) => sum + part.rows, 0)
  const live = objects.reduce((sum, { events }) => sum + events, 0)
  return rows === 0 ? 0 : 1 - live / rows
}

/** The small parts of folders that have too many of them. */
function crowded(parts: readonly Part[]): Part[] {
  const byFolder = new Map<string, Part[]>()
  for (const part of parts) {
    if (part.bytes >= SMALL_BYTES) continue
    const folder = part.file.slice(0, part.file.lastIndexOf('/'))
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), part])
  }
  return [...byFolder.values()].filter((small) => small.length > MOST_SMALL).flat()
}
