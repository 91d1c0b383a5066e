import { POSITION_BITS } from '../engines/events-table.js'
import { EvtError } from '../errors.js'
import { hiddenIn } from '../questions/run.js'
import { isCut } from '../questions/searched.js'
import { withDuckdb } from '../questions/spilling-duckdb.js'
import { endedBadly } from '../reading/ended-badly.js'
import { type Arrival, Arrivals } from './arrivals.js'
import { finished, type ReconcileRun, type StageTaken } from './finished.js'
import type { Positions } from './proofs.js'
import { type OpenedStage, openStage, readStage, type StageRead } from './read-stage.js'
import { reconcile } from './reconcile.js'
import type { ReconcileRequest } from './request.js'
import { mapsStatus, tellsStatus } from './sent-status.js'

/** DuckDB takes up to half as much again as its limit while tables grow and are taken over (10
 * million identities a side: 1.37 GB of 1 GB without this, 1.11 GB with it). */
const DUCKDB_SHARE = 0.8

/**
 * `evt reconcile` from what was typed to a result, of archives: each stage is read once.
 *
 * @throws EvtError `usage` for a mapping, configuration or SOURCE that is wrong; `interrupted`
 * before the last stage was begun
 */
export async function runReconcile(request: ReconcileRequest): Promise<ReconcileRun> {
  checkPipes(request)
  const opened: OpenedStage[] = []
  for (const stage of request.stages) opened.push(await openStage(request, stage))
  const { choices, signal, threads, spoolDir } = request
  const { memoryLimitBytes, allowPartial } = choices
  const ofDuckdb = memoryLimitBytes * DUCKDB_SHARE
  return withDuckdb({ memoryLimitBytes: ofDuckdb, threads, spoolDir }, async (duckdb) => {
    const arrivals = await Arrivals.create(duckdb, choices)
    const reads: StageRead[] = []
    for (const [n, stage] of opened.entries()) {
      if (signal.aborted) throw tooEarly(stage.name)
      reads.push(await readStage(duckdb, arrivals, { stage, number: n + 1 }, request))
      const { mapping } = stage.archive
      if (mapsStatus(mapping)) await arrivals.tell(n + 1, (type) => tellsStatus(mapping, type))
    }
    request.onRead?.()
    const positionsAt = (stage: number) => inObjects(reads[stage - 1])
    const reconciled = await reconcile({
      ...{ duckdb, arrivals, choices, positionsAt, range: request.range },
      names: opened.map(({ name }) => name),
      hasStatus: opened.map(({ archive }) => mapsStatus(archive.mapping)),
      arrivalsAtOnce: request.arrivalsAtOnce,
    })
    const run = await finished({
      ...{ arrivals, reconciled, positionsAt, choices, range: request.range },
      taken: reads.map(takenOf),
      hidden: opened.map(({ archive }) => hiddenIn(archive)),
      partial: signal.aborted || reads.some(isPartial),
    })
    const ended = endedBadly({
      ...{ records: reads.reduce((sum, { records }) => sum + records, 0), signal, allowPartial },
      objectFaults: reads.flatMap(({ objectFaults }) => objectFaults),
      unanswered: reads.find(({ unanswered }) => unanswered)?.unanswered,
    })
    return { ...run, failure: ended ?? run.failure }
  })
}

function checkPipes({ stages }: ReconcileRequest): void {
  const [a, b] = stages.filter(({ given }) => given.includes('-'))
  if (!a || !b) return
  const message = `standard input cannot be both ${a.name} and ${b.name}: it is read once`
  throw new EvtError(message, { code: 'usage' })
}

function tooEarly(name: string): EvtError {
  const message = `interrupted before ${name} was read: nothing can be compared`
  return new EvtError(message, { code: 'interrupted' })
}

function isPartial({ objectFaults, unanswered }: StageRead): boolean {
  return isCut({ objectFaults, unanswered })
}

function takenOf(read: StageRead): StageTaken {
  const { name, archive, objects, bytes, records, undecodable, objectFaults } = read
  const { sources } = archive
  return { name, sources, objects, bytes, records, undecodable, objectFaults }
}

/** The position of a row is the number of its object, then that of the record. */
function inObjects(read: StageRead | undefined): Positions {
  const objects = read?.archive.objects ?? []
  return async (arrivals: readonly Pick<Arrival, 'pos'>[]) =>
    arrivals.map(({ pos }) => ({
      path: objects[Math.floor(pos / 2 ** POSITION_BITS) - 1]?.path ?? '',
      record: pos % 2 ** POSITION_BITS,
    }))
}
