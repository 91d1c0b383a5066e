import type { TypedPattern } from '../event/pattern.js'
import { askArchive } from '../questions/asked-archive.js'
import type { Hidden } from '../questions/hidden-sql.js'
import { querySql } from '../questions/query.js'
import type { Searched } from '../questions/searched.js'
import type { OpenedArchive, ReadRequest } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import { type LinkedEvent, linkedEventsOf } from './linked-event.js'

/** What was typed by who asks about causes and effects. */
export interface ChainRequest extends ReadRequest {
  types: readonly string[]
  entities: readonly string[]
  filter?: TypedPattern | undefined
  memoryLimitBytes: number
  allowPartial: boolean
}

/** The events that name a cause or are named as one, in order of time, and those of an id. */
export async function linkedEventsIn(
  request: ChainRequest,
  archive: OpenedArchive,
  id: string,
  hidden?: Hidden,
): Promise<{ events: LinkedEvent[]; searched: Searched }> {
  const { presets, memoryLimitBytes, signal, types, entities, filter, range } = request
  const onProgress = progressOf(archive.objects, request)
  const chosen = { ...range, types, entities, filter: filter?.pattern }
  const statement = { sql: await querySql('loops/links'), values: { id } }
  const asked = { archive, presets, memoryLimitBytes, signal, onProgress, chosen, hidden }
  return askArchive(statement, asked, async ({ rows, searched }) => {
    const events: LinkedEvent[] = []
    for await (const chunk of rows.chunks) events.push(...linkedEventsOf(rows.columns, chunk))
    return { events, searched }
  })
}
