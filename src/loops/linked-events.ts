import type { ResultRows, Statement } from '../engines/engine.js'
import type { TypedPattern } from '../event/pattern.js'
import { askArchive } from '../questions/asked-archive.js'
import type { Chosen } from '../questions/chosen.js'
import type { Hidden } from '../questions/hidden-sql.js'
import { querySql } from '../questions/query.js'
import type { Searched } from '../questions/searched.js'
import type { OpenedArchive, ReadRequest } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import { type LinkedEvent, linkedEventsOf } from './linked-event.js'
import { LEAST_PASSES, MOST_COMPARED, type PassingEvent, splitRows } from './passing-event.js'

/** What was typed by who asks about causes and effects. */
export interface ChainRequest extends ReadRequest {
  types: readonly string[]
  entities: readonly string[]
  filter?: TypedPattern | undefined
  memoryLimitBytes: number
  allowPartial: boolean
  /** Who is asked; by default this machine reads the archive. */
  ask?: Ask | undefined
}

/** Asks another engine about an archive, and hands the rows on. */
export type Ask = <T>(
  statement: Statement,
  of: { archive: OpenedArchive; chosen: Chosen },
  take: (asked: { rows: ResultRows; searched: Searched }) => Promise<T>,
) => Promise<T>

/** The events that name a cause or are named as one, in order of time, and those of an id. */
export async function linkedEventsIn(
  request: ChainRequest,
  archive: OpenedArchive,
  id: string,
  hidden?: Hidden,
): Promise<{ events: LinkedEvent[]; searched: Searched }> {
  const statement = { sql: await querySql('loops/links'), values: { id } }
  const asked = { ...askedOf(request, archive), hidden }
  return askArchive(statement, asked, async ({ rows, searched }) => {
    const events: LinkedEvent[] = []
    for await (const chunk of rows.chunks) events.push(...linkedEventsOf(rows.columns, chunk))
    return { events, searched }
  })
}

/** The same without an id, and beside them what passes its node again and does not say why. What
 * it says has to be read; an index is asked before whether there is such a thing. */
export async function loopEventsIn(
  request: ChainRequest,
  archive: OpenedArchive,
): Promise<{ events: LinkedEvent[]; passing: PassingEvent[]; searched: Searched }> {
  if (archive.index && !request.ask && !(await isPassedAgain(request, archive))) {
    return { ...(await linkedEventsIn(request, archive, '')), passing: [] }
  }
  const values = { passes: LEAST_PASSES, most: MOST_COMPARED }
  const name = request.ask ? 'athena/loops-again' : 'loops/again'
  const statement = { sql: await querySql(name), values }
  const take = async ({ rows, searched }: { rows: ResultRows; searched: Searched }) => {
    const events: LinkedEvent[] = []
    const passing: PassingEvent[] = []
    for await (const chunk of rows.chunks) {
      const found = splitRows(rows.columns, chunk, passing.length)
      events.push(...found.linked)
      passing.push(...found.passing)
    }
    return { events, passing, searched }
  }
  const asked = askedOf(request, archive)
  if (request.ask) return request.ask(statement, asked, take)
  return askArchive(statement, asked, take)
}

async function isPassedAgain(request: ChainRequest, archive: OpenedArchive): Promise<boolean> {
  const statement = {
    sql: await querySql('loops/passes'),
    values: { passes: LEAST_PASSES, most: 1 },
  }
  return askArchive(statement, askedOf(request, archive), async ({ rows }) => {
    for await (const chunk of rows.chunks) if (chunk.length > 0) return true
    return false
  })
}

function askedOf(request: ChainRequest, archive: OpenedArchive) {
  const { presets, memoryLimitBytes, signal, types, entities, filter, range } = request
  const onProgress = progressOf(archive.objects, request)
  const chosen = { ...range, types, entities, filter: filter?.pattern }
  return { archive, presets, memoryLimitBytes, signal, onProgress, chosen }
}
