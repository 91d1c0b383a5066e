import type { Duckdb } from '../engines/duckdb.js'
import { EventTables } from '../engines/events-table.js'
import type { Decoded } from '../event/event.js'
import type { Mapping } from '../event/mapping.js'
import { withDuckdb } from '../questions/spilling-duckdb.js'
import { endedBadly } from '../reading/ended-badly.js'
import { openTail, type Tail, type TailRequest } from '../tail/run.js'
import { Arrivals } from './arrivals.js'
import { finished, type ReconcileRun, type StageTaken } from './finished.js'
import { reconcile } from './reconcile.js'
import type { ReconcileChoices, StageRequest } from './request.js'
import { mapsStatus, tellsStatus, withStatus } from './sent-status.js'
import { without } from './stage-taker.js'
import { UndecodableRecords } from './undecodable-records.js'

export interface LiveReconcileRequest extends Omit<TailRequest, 'given' | 'maps' | 'chosen'> {
  stages: readonly StageRequest[]
  choices: ReconcileChoices
  range: { sinceUs: number | null; untilUs: number | null }
  /** Told what is tapped, before the first event. */
  onOpen(sources: Tail['sources']): void
}

/** So many deliveries wait at most before they are put into tables. */
const MOST_WAITING = 5_000

interface LiveStage {
  name: string
  tail: Tail
  /** As it was typed and configured. */
  mapping: Mapping
  undecodable: UndecodableRecords
  records: number
  bytes: number
}

/**
 * `evt reconcile` on what comes: taps all stages at the same time until the time is over, their
 * sources end or somebody interrupts. What was sent could be received until then.
 *
 * @throws EvtError `usage` for a mapping, configuration or SOURCE that is wrong
 */
export async function reconcileLive(request: LiveReconcileRequest): Promise<ReconcileRun> {
  const { choices, range, signal, nowMs } = request
  const { memoryLimitBytes, allowPartial } = choices
  const own = new AbortController()
  const stop = AbortSignal.any([signal, own.signal])
  const stages: LiveStage[] = []
  for (const stage of request.stages)
    stages.push(await openLive({ ...request, signal: stop }, stage))
  request.onOpen(stages.flatMap(({ tail }) => [...tail.sources]))
  return withDuckdb({ memoryLimitBytes }, async (duckdb) => {
    const arrivals = await Arrivals.create(duckdb, choices)
    const intake = await Intake.create(duckdb, arrivals)
    const lanes = stages.map((stage, n) => intake.follow(stage, n + 1))
    // Where one fails, the others end too.
    for (const lane of lanes) lane.catch(() => own.abort())
    const ended = await Promise.allSettled(lanes)
    const failed = ended.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
    for (const [n, { mapping }] of stages.entries()) {
      if (mapsStatus(mapping)) await arrivals.tell(n + 1, (type) => tellsStatus(mapping, type))
    }
    const positionsAt = () => (some: Parameters<Arrivals['placesOf']>[0]) => arrivals.placesOf(some)
    const reconciled = await reconcile({
      ...{ duckdb, arrivals, choices, range, positionsAt, nowUs: nowMs() * 1_000 },
      names: stages.map(({ name }) => name),
      hasStatus: stages.map(({ mapping }) => mapsStatus(mapping)),
    })
    const objectFaults = stages.flatMap(({ tail }) => tail.faults)
    const partial = signal.aborted || objectFaults.length > 0
    const taken = stages.map(takenOf)
    const run = await finished({
      arrivals,
      reconciled,
      positionsAt,
      choices,
      range,
      taken,
      partial,
      hidden: stages.map(({ tail, mapping }) => ({ paths: tail.hidden, mapping })),
    })
    const records = stages.reduce((sum, stage) => sum + stage.records, 0)
    const bad = endedBadly({ records, objectFaults, signal, allowPartial })
    return { ...run, failure: bad ?? run.failure }
  })
}

async function openLive(
  request: Omit<LiveReconcileRequest, 'stages'>,
  { name, given, maps }: StageRequest,
): Promise<LiveStage> {
  let mapping: Mapping | undefined
  const tail = await openTail({
    // Ids may be hidden: as `[redacted]` all would be one.
    ...{ ...request, given, maps, isMeasured: true },
    chosen: { sinceUs: null, untilUs: null, filter: request.choices.filter?.pattern },
    mapped: (typed) => {
      mapping = typed
      return withStatus(typed)
    },
  })
  const undecodable = new UndecodableRecords()
  return { name, tail, mapping: mapping ?? tail.mapping, undecodable, records: 0, bytes: 0 }
}

function takenOf({ name, tail, undecodable, records, bytes }: LiveStage): StageTaken {
  const sources = tail.sources.map(({ address }) => address)
  const objectFaults = [...tail.faults]
  return { name, sources, objects: sources.length, bytes, records, undecodable, objectFaults }
}

/** Puts what is tapped into the table of arrivals, one batch after the other. */
class Intake {
  private last: Promise<void> = Promise.resolve()

  private constructor(
    private readonly duckdb: Duckdb,
    private readonly arrivals: Arrivals,
    private readonly tables: EventTables,
  ) {}

  static async create(duckdb: Duckdb, arrivals: Arrivals): Promise<Intake> {
    return new Intake(duckdb, arrivals, await EventTables.create(duckdb, { without }))
  }

  /** Takes in all that comes at a stage. */
  async follow(stage: LiveStage, number: number): Promise<void> {
    let waiting: Decoded[] = []
    for await (const items of stage.tail.items) {
      for (const { decoded } of items) {
        stage.records += 1
        const { sizeBytes } = decoded.kind === 'event' ? decoded.event : decoded.undecodable
        stage.bytes += sizeBytes
        waiting.push(decoded)
      }
      if (waiting.length < MOST_WAITING) continue
      await this.take(stage, number, waiting)
      waiting = []
    }
    await this.take(stage, number, waiting)
  }

  private take(stage: LiveStage, number: number, decoded: readonly Decoded[]): Promise<void> {
    const { duckdb, arrivals, tables } = this
    const next = this.last.then(async () => {
      if (decoded.length === 0) return
      await tables.add(decoded)
      await stage.undecodable.take(duckdb)
      await arrivals.takeNumbered(number, 'archive')
      await tables.empty()
    })
    this.last = next.catch(() => undefined)
    return next
  }
}
