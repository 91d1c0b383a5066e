import type { ArchiveObject } from '../archives/object.js'
import type { ResultRows } from '../engines/engine.js'
import type { Locate, Located, Sought } from '../questions/locate.js'
import { unsayable } from '../questions/trino-filter.js'
import { objectCounts } from '../questions/trino-question.js'
import { checkRemote } from '../reading/remote-reading.js'
import { askedAt } from './archive.js'
import { type LocateRequest, locatedByIndex } from './locate-indexed.js'
import { athenaUsd, checkScan } from './price.js'
import { chosenPart, type ReadyArchive, withAthena } from './ready.js'
import { linesOf } from './view-ddl.js'

interface Counts {
  readonly records: number
  readonly undecodable: number
  readonly unsure: number
  readonly events: number
  readonly chosen: number
}

/**
 * Has Athena look into an archive for what is chosen: evt then reads the objects alone that have
 * some of it, those with records that evt alone can read, and those that Athena left out. What it
 * answers is so what it answers without Athena. Where setup was told of an index, that is asked for
 * entities.
 */
export function locateByAthena(request: LocateRequest): Locate {
  return async (objects, typed, mayBeIndexed) => {
    const { filter, entities = [] } = typed
    const isSayable = filter === undefined || unsayable(filter) === undefined
    const chosen = { ...typed, filter: isSayable ? filter : undefined }
    const isIndexed = mayBeIndexed && entities.length > 0
    const found = isIndexed && (await locatedByIndex(request, objects, entities))
    if (found) return found
    return withAthena(request, (ready) => located(ready, objects, chosen, request))
  }
}

async function located(
  ready: ReadyArchive,
  objects: readonly ArchiveObject[],
  { could, ...chosen }: Sought,
  request: LocateRequest,
): Promise<Located> {
  const { archive, plan } = ready
  // Partitions are of arrival.
  const isByArrival = chosen.clock !== 'time'
  const range = isByArrival ? chosen : { sinceUs: null, untilUs: null }
  const { where, bytes } = chosenPart(archive, range)
  const counted = objectCounts({ plan, lines: linesOf(archive, where), chosen, flows: {} }, could)
  checkScan([counted], bytes, archive, request)
  const asked = await ready.run(counted)
  const counts = await countsOf(await ready.rows(asked))
  const here: ArchiveObject[] = []
  const elsewhere = { objects: 0, bytes: 0, records: 0, undecodable: 0, events: 0 }
  for (const object of objects) {
    const found = object.kind === 'remote' ? counts.get(object.address) : undefined
    if (object.kind !== 'remote' || !found || found.chosen + found.unsure > 0) {
      here.push(object)
      continue
    }
    elsewhere.objects += 1
    elsewhere.bytes += object.sizeBytes
    elsewhere.records += found.records
    elsewhere.undecodable += found.undecodable
    elsewhere.events += found.events
  }
  const { id, scannedBytes } = asked
  const queries = [{ id, sql: counted.shown, scannedBytes }]
  const found = { objects: here, elsewhere, asked: { ...askedAt(archive), queries } }
  request.onLocated?.({ scannedBytes, usd: athenaUsd(scannedBytes) }, found)
  checkRemote(here, request)
  return found
}

async function countsOf({ chunks }: ResultRows): Promise<Map<string, Counts>> {
  const counts = new Map<string, Counts>()
  for await (const rows of chunks) {
    for (const [path, ...numbers] of rows) {
      const [records = 0, undecodable = 0, unsure = 0, events = 0, chosen = 0] = numbers.map(Number)
      counts.set(String(path), { records, undecodable, unsure, events, chosen })
    }
  }
  return counts
}
