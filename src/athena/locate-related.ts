import type { ArchiveObject } from '../archives/object.js'
import type { ResultValue } from '../engines/engine.js'
import { quoteText } from '../engines/leaf-tree.js'
import { EvtError } from '../errors.js'
import type { Locate, Located } from '../questions/locate.js'
import type { TrinoArchive } from '../questions/trino-question.js'
import { linksOf, ownLinks, type Wanted } from '../questions/trino-related.js'
import { checkRemote } from '../reading/remote-reading.js'
import type { LocateRequest } from './locate-indexed.js'
import { athenaUsd, checkScan } from './price.js'
import { chosenPart, type ReadyArchive, withAthena } from './ready.js'
import { linesOf } from './view-ddl.js'

/** Steps from cause to effect, as queries/audit/related.sql takes them. */
const MOST_STEPS = 16
/** Of ids in one statement; Athena takes 262,144 bytes. */
const MOST_ID_BYTES = 150_000

/**
 * Has Athena follow the chains of an entity, step by step, each of which scans the archive: evt
 * then reads the objects alone that have some of them.
 */
export function locateRelatedByAthena(request: LocateRequest, entity: string): Locate {
  return async (objects, chosen) => {
    if (objects.some(({ kind }) => kind !== 'remote')) throw ofFiles()
    return withAthena(request, async (ready) => {
      const { where, bytes } = chosenPart(ready.archive, { sinceUs: null, untilUs: null })
      const lines = linesOf(ready.archive, where)
      const asked = { plan: ready.plan, lines, chosen, flows: {} }
      const chains = new Chains(ready, request, { asked, bytes, entity })
      await chains.follow()
      const located = locatedIn(chains, objects)
      request.onLocated?.(chains.scanned, located)
      checkRemote(located.objects, request)
      return located
    })
  }
}

interface Scan {
  readonly asked: TrinoArchive
  /** Of one reading. */
  readonly bytes: number
  readonly entity: string
}

class Chains {
  scanned = { scannedBytes: 0, usd: 0 }
  /** Of objects that have events in the chains. */
  readonly paths = new Set<string>()
  /** Of all objects that have records. */
  readonly known = new Set<string>()

  constructor(
    private readonly ready: ReadyArchive,
    private readonly request: LocateRequest,
    private readonly scan: Scan,
  ) {}

  async follow(): Promise<void> {
    const [causes, effects, correlations] = [
      new Set<string>(),
      new Set<string>(),
      new Set<string>(),
    ]
    let unsure = 0
    for (const [path, state, isOwn, id, correlation, cause, count] of await this.rows(null)) {
      this.known.add(String(path))
      if (state === 'unsure') unsure += Number(count)
      if (String(isOwn) !== 'true') continue
      this.paths.add(String(path))
      add(effects, id)
      add(correlations, correlation)
      add(causes, cause)
    }
    if (unsure > 0) throw notRead(unsure)
    let wanted: Wanted = { causes, effects, correlations }
    for (let step = 0; step < MOST_STEPS && sizeOf(wanted) > 0; step++) {
      const next = { causes: new Set<string>(), effects: new Set<string>() }
      for (const [path, id, cause] of await this.rows(wanted)) {
        this.paths.add(String(path))
        if (wanted.causes.has(String(id)) && isNew(cause, causes)) next.causes.add(String(cause))
        if (wanted.effects.has(String(cause)) && isNew(id, effects)) next.effects.add(String(id))
      }
      for (const id of next.causes) causes.add(id)
      for (const id of next.effects) effects.add(id)
      wanted = { ...next, correlations: new Set() }
    }
  }

  private async rows(wanted: Wanted | null): Promise<ResultValue[][]> {
    const { ready, request, scan, scanned } = this
    const { asked, bytes, entity } = scan
    if (wanted && sizeOf(wanted) > MOST_ID_BYTES) throw tooMany()
    const statement = wanted === null ? ownLinks(asked, entity) : linksOf(asked, wanted)
    const { maxBytes, onEstimate } = request
    const left = maxBytes === undefined ? {} : { maxBytes: maxBytes - scanned.scannedBytes }
    checkScan([statement], bytes, ready.archive, { onEstimate, ...left })
    const answer = await ready.run(statement)
    this.scanned = {
      scannedBytes: scanned.scannedBytes + answer.scannedBytes,
      usd: scanned.usd + athenaUsd(answer.scannedBytes),
    }
    const rows: ResultValue[][] = []
    for await (const chunk of (await ready.rows(answer)).chunks) {
      rows.push(...chunk.map((row) => [...row]))
    }
    return rows
  }
}

function locatedIn({ paths, known }: Chains, objects: readonly ArchiveObject[]): Located {
  const isHere = (object: ArchiveObject) =>
    object.kind !== 'remote' || paths.has(object.address) || !known.has(object.address)
  const others = objects.filter((object) => !isHere(object))
  const bytes = others.reduce((sum, one) => sum + ('sizeBytes' in one ? one.sizeBytes : 0), 0)
  const elsewhere = { objects: others.length, bytes, records: 0, undecodable: 0, events: 0 }
  return { objects: objects.filter(isHere), elsewhere }
}

function add(set: Set<string>, value: ResultValue | undefined): void {
  if (typeof value === 'string') set.add(value)
}

function isNew(value: ResultValue | undefined, known: ReadonlySet<string>): boolean {
  return typeof value === 'string' && !known.has(value)
}

function sizeOf({ causes, effects, correlations }: Wanted): number {
  return [...causes, ...effects, ...correlations].reduce(
    (sum, id) => sum + Buffer.byteLength(quoteText(id)) + 2,
    0,
  )
}

/** What they cause, and what caused them, is not known there. */
function notRead(unsure: number): EvtError {
  const message = `Athena cannot follow chains through ${unsure.toLocaleString('en')} records`
  return new EvtError(`${message} that evt alone can read`, {
    ...{ code: 'outside', hint: 'leave out --engine athena, or --related' },
  })
}

/** Athena knows nothing of what they cause. */
function ofFiles(): EvtError {
  const message = 'Athena cannot follow chains through the files of --with'
  return new EvtError(message, { code: 'usage', hint: 'leave out --engine athena, or --related' })
}

function tooMany(): EvtError {
  return new EvtError('the chains have more ids than a query of Athena takes', {
    ...{
      code: 'outside',
      hint: 'leave out --engine athena, or narrow them by --since and --until',
    },
  })
}
