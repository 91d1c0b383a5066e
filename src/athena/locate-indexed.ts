import { type IndexedRecord, placesOf } from '../archive-index/relations.js'
import type { ArchiveObject } from '../archives/object.js'
import type { Located, LocatingQuery } from '../questions/locate.js'
import { checkRemote } from '../reading/remote-reading.js'
import { askedAt } from './archive.js'
import type { AthenaSearched } from './ask.js'
import { entityPositions, type IndexStatement, recordsAt, withoutBuckets } from './index-sql.js'
import { athenaUsd, checkBytes } from './price.js'
import { type AthenaAsking, type ReadyIndex, withAthenaIndex } from './ready.js'

export interface LocateRequest extends AthenaAsking {
  /** Told when it is known what has to be read here. */
  onLocated?(scanned: Pick<AthenaSearched, 'scannedBytes' | 'usd'>, here: Located): void
}

/**
 * Has Athena find the records about entities by the index that setup was told of: where they are,
 * by `entities/`, then what they are, by `records/`. Objects that the index does not have as they
 * are now are left to be read here.
 *
 * @returns undefined where there is no index to ask
 */
export async function locatedByIndex(
  request: LocateRequest,
  objects: readonly ArchiveObject[],
  entities: readonly string[],
): Promise<Located | undefined> {
  return withAthenaIndex(request, objects, async (ready) => {
    const { missing, covered } = ready.index.open
    checkRemote(missing, request)
    const asking = new Asking(ready, request)
    const where = entityPositions(ready, entities)
    const found = where === null ? [] : await asking.rows([where])
    const places = placesOf(covered)
    const wanted = found
      .map(([pos]) => ({ pos: Number(pos), at: places(Number(pos)) }))
      .flatMap(({ pos, at }) => (at ? { pos, ...at } : []))
      .sort((a, b) => a.place - b.place || a.record - b.record)
    const texts = await asking.rows(
      recordsAt(
        ready,
        wanted.map(({ pos }) => pos),
      ),
    )
    const byPos = new Map(texts.map(([pos, ...text]) => [Number(pos), text]))
    const records = wanted.map(({ pos, ...at }): IndexedRecord => {
      const [raw = null, row = null] = byPos.get(pos) ?? []
      return { ...at, raw: textOf(raw), row: textOf(row) }
    })
    const elsewhere = { objects: 0, bytes: 0, records: 0, undecodable: 0, events: 0 }
    const located: Located = {
      ...{ objects: missing, elsewhere },
      fromIndex: { index: ready.index.open, records },
      asked: { ...askedAt(ready.archive), queries: asking.queries },
    }
    request.onLocated?.(asking.scanned, located)
    return located
  })
}

/** Statements, one after the other, with what they scanned. */
class Asking {
  scanned = { scannedBytes: 0, usd: 0 }
  readonly queries: LocatingQuery[] = []

  constructor(
    private readonly ready: ReadyIndex,
    private readonly request: LocateRequest,
  ) {}

  async rows(statements: readonly IndexStatement[]) {
    const { ready, request, scanned } = this
    if (statements.length === 0) return []
    const { maxBytes, onEstimate } = request
    const left = maxBytes === undefined ? {} : { maxBytes: maxBytes - scanned.scannedBytes }
    const most = statements.map(({ mostBytes }) => mostBytes)
    checkBytes(most, ready.archive, { onEstimate, ...left })
    const rows = []
    for (const { sql, values } of statements) {
      const asked = await ready.run({ sql, values })
      const { id, scannedBytes: its } = asked
      this.queries.push({ id, sql: withoutBuckets(sql), scannedBytes: its })
      const { scannedBytes, usd } = this.scanned
      this.scanned = {
        scannedBytes: scannedBytes + asked.scannedBytes,
        usd: usd + athenaUsd(asked.scannedBytes),
      }
      for await (const chunk of (await ready.rows(asked)).chunks) rows.push(...chunk)
    }
    return rows
  }
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}
